import { promises as files, readFileSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import { OdLinkError } from '../../../errors.ts'
import type { NextStep } from '../../../text/next-step.ts'
import { commandLine } from '../../../text/shell-quote.ts'

/** A key file is a few lines; what is longer is another file. */
const longest = 64 * 1024

/**
 * The identities in a key file, as `age-keygen` writes it.
 * @param isCredential whether systemd gave it, which sees to it that nobody else can read it.
 * @throws OdLinkError (keychain) when it cannot be read, others can read it, or it has no identity. No message repeats what
 *   the file holds.
 */
export async function readKeyFile(path: string, isCredential: boolean): Promise<string[]> {
  const text = await readPrivately(path, isCredential)
  const lines = text.split('\n').map((line) => line.trim())
  const identities = lines.filter((line) => line !== '' && !line.startsWith('#'))
  if (identities.length === 0) throw invalid(path, 'has no key')
  const { isIdentity } = await import('./age.ts')
  for (const identity of identities) {
    if (!(await isIdentity(identity))) throw invalid(path, 'has a line that is not a key')
  }
  return identities
}

async function readPrivately(path: string, isCredential: boolean): Promise<string> {
  try {
    const file = await files.open(path, 'r')
    try {
      const found = await file.stat()
      if (!found.isFile()) throw invalid(path, 'is not a file')
      if (found.size > longest) throw invalid(path, 'is too large for a key file')
      if (!isCredential && process.platform !== 'win32') await refuseIfShared(path, found)
      return await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof OdLinkError) throw error
    const { code } = error as NodeJS.ErrnoException
    throw new OdLinkError('keychain', `The key file ${path} cannot be read (${code}).`, {
      reason: 'key-missing',
      next:
        code === 'ENOENT' && !isCredential
          ? [`Correct OD_LINK_KEY_FILE, or create a new key: ${creating(path)}`]
          : ['Check its owner and its permissions.'],
      cause: error,
    })
  }
}

/** The command that creates a key. */
export function creating(path: string): string {
  return commandLine(['age-keygen', '-o', path]) ?? 'age-keygen -o FILE'
}

function invalid(path: string, why: string): OdLinkError {
  return new OdLinkError('keychain', `The key file ${path} ${why}.`, {
    reason: 'key-invalid',
    next: ['It should have a line that begins with AGE-SECRET-KEY-1. To create one: age-keygen -o FILE'],
  })
}

async function refuseIfShared(path: string, found: Stats): Promise<void> {
  const me = process.getuid?.()
  const isOwn = found.uid === me && (found.mode & 0o077) === 0
  if (isOwn || (await isMountedSecret(path))) return
  if (found.uid !== me)
    throw notPrivate(`The key file ${path} belongs to another user.`, ['chown', String(me), path])
  throw notPrivate(`Other users can read the key file ${path}, so od-link does not use it.`, [
    'chmod',
    'go=',
    path,
  ])
}

function notPrivate(message: string, command: string[]): OdLinkError {
  const line = commandLine(command, 'posix')
  const next: NextStep[] = [
    ...(line ? [line] : []),
    'Whoever may have read it can open the links. Then sign in again with a new key.',
  ]
  return new OdLinkError('keychain', message, { reason: 'key-not-private', next })
}

/** Where Docker and Podman mount secrets; Podman does not mount them read-only. */
const secretsFolder = '/run/secrets'

/**
 * Whether the file is a secret that a container got from outside: it is a mount of its own, or in one, and read-only. Docker
 * and Kubernetes give such files to root, with mode 0444: they are only in this container.
 */
async function isMountedSecret(path: string): Promise<boolean> {
  if (process.platform !== 'linux') return false
  const real = await files.realpath(path)
  // Kubernetes has `volume/key` → `..data/key` → `..2024_…/key`.
  const places = [path, real, dirname(path), dirname(real), dirname(dirname(real))]
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n').map(parseMount)
  const mount = mounts.filter(({ point }) => point === real || real.startsWith(`${point}/`)).sort(longestLast)
  const last = mount.at(-1)
  if (!last || !places.includes(last.point)) return false
  return last.isReadOnly || last.point.startsWith(secretsFolder)
}

interface Mount {
  point: string
  isReadOnly: boolean
}

/** A line of /proc/self/mountinfo (proc_pid_mountinfo(5)); white space in a path is an octal number there. */
function parseMount(line: string): Mount {
  const [, , , , point = '', options = ''] = line.split(' ')
  const path = point.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)))
  return { point: path, isReadOnly: options.split(',').includes('ro') }
}

/** Of two mounts at one point, the later one hides the other. */
function longestLast(one: Mount, other: Mount): number {
  return one.point.length - other.point.length
}
