import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type SandboxProcess, startSandbox } from '../../test/helpers/microsoft/sandbox.ts'
import { node, type Outcome, program } from '../../test/helpers/program/od-link.ts'
import { signInAt } from '../../test/helpers/program/waiting-login.ts'
import { newWorld } from '../../test/helpers/program/world.ts'
import { kept } from '../../test/helpers/program/world-files.ts'
import { putProgram } from '../../test/helpers/system/put-program.ts'
import type { Known } from './attack.ts'

/** A login that has opened its authorize page and waits for the answer. */
export interface Login {
  known: Known
  address: URL
  redirectUri: URL
  /**
   * The answer of the authorize page, not delivered yet. For another tool it is made up, except for the
   * state.
   */
  answer: URLSearchParams
  /** Whether the authorize page issued that answer. */
  issued: boolean
  /** What no answer may contain. */
  secrets: string[]
  waits: () => boolean
  /** What the program printed, without the URL that it opened. */
  output: () => string
  ended: Promise<Pick<Outcome, 'code' | 'signal'>>
  /** Whether there is a link, and how often a code was redeemed; od-link only. */
  outcome: () => Promise<{ linked: boolean; redeemed: number }>
  end: () => Promise<void>
}

/** A program that starts logins. */
export interface Target {
  name: string
  /** od-link's sandbox; without it there is no genuine answer. */
  sandbox: SandboxProcess | undefined
  begin: (flags?: string[]) => Promise<Login>
  stop: () => Promise<void>
}

/** od-link against its own sandbox. */
export async function odLinkTarget(): Promise<Target> {
  const sandbox = await startSandbox()
  return {
    name: 'od-link login',
    sandbox,
    async begin(flags = []) {
      await sandbox.control('DELETE', 'log')
      const world = newWorld(sandbox)
      const command = [node, program, 'login', '--json', '--timeout', '900', ...flags]
      const login = await beginLogin(command, world.env, signInAt)
      return {
        ...login,
        issued: true,
        async outcome() {
          const log: { grant?: string; status: number }[] = await sandbox.control('GET', 'log')
          const redeemed = log.filter(({ grant, status }) => grant === 'authorization_code' && status === 200)
          return {
            linked: Object.keys(kept(world)).some((path) => path.startsWith('links/')),
            redeemed: redeemed.length,
          }
        },
        async end() {
          await login.end()
          world.remove()
        },
      }
    },
    stop: () => sandbox.stop(),
  }
}

/** Any program that opens a URL with a `redirect_uri`, through `BROWSER` or the system's opener. */
export function otherTarget(command: string[]): Target {
  return {
    name: command.join(' '),
    sandbox: undefined,
    begin: () =>
      beginLogin(command, process.env, async (address) => {
        const state = address.searchParams.get('state') ?? ''
        return new URLSearchParams({ code: 'a-code-that-nobody-issued', state })
      }),
    stop: async () => {},
  }
}

async function beginLogin(
  [command = '', ...args]: string[],
  env: NodeJS.ProcessEnv,
  signIn: (address: URL) => Promise<URLSearchParams>,
): Promise<Login> {
  const browser = recordingBrowser()
  const child = spawn(command, args, {
    env: {
      DISPLAY: ':0',
      ...env,
      PATH: `${browser.dir}:${process.env.PATH}`,
      BROWSER: browser.command,
      OD_LINK_BROWSER: browser.command,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (printed += bytes))
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }))
  const waits = () => child.exitCode === null && child.signalCode === null
  const end = async () => {
    if (waits()) child.kill('SIGKILL')
    await ended
    browser.remove()
  }
  try {
    const opened = await openedBy(child, browser, () => printed)
    const address = await authorizeAddress(opened)
    const redirectUri = new URL(address.searchParams.get('redirect_uri') ?? '')
    const answer = await signIn(address)
    const [state, code] = [address.searchParams.get('state') ?? '', answer.get('code') ?? '']
    const { host, pathname: path } = redirectUri
    const known = { host, port: Number(redirectUri.port), path, state, code, truth: answer.toString() }
    const hidden = ['nonce', 'code_challenge'].map((name) => address.searchParams.get(name) ?? '')
    return {
      known,
      address,
      redirectUri,
      answer,
      issued: false,
      secrets: [state, code, ...hidden].filter((secret) => secret.length > 8),
      waits,
      output: () => printed.replaceAll(address.href, '').replaceAll(opened, ''),
      ended,
      outcome: async () => ({ linked: false, redeemed: 0 }),
      end,
    }
  } catch (error) {
    await end()
    throw error
  }
}

/** Plays the browser: records the URL and does not open it. */
function recordingBrowser() {
  const dir = mkdtempSync(join(tmpdir(), 'od-link-attack-'))
  const [command, notes] = [join(dir, 'browser'), join(dir, 'notes')]
  const script = `for address; do :; done\nprintf %s "$address" > '${notes}.draft' && mv '${notes}.draft' '${notes}'`
  putProgram(command, script)
  symlinkSync(command, join(dir, 'xdg-open'))
  return { dir, command, notes, remove: () => rmSync(dir, { recursive: true, force: true }) }
}

async function openedBy(
  child: ChildProcess,
  browser: { notes: string },
  printed: () => string,
): Promise<string> {
  for (let waited = 0; waited < 30_000; waited += 20) {
    if (existsSync(browser.notes)) return readFileSync(browser.notes, 'utf8')
    if (child.exitCode !== null) break
    await sleep(20)
  }
  throw new Error(`No browser was opened; it had said: ${printed()}`)
}

/** Follows a local start URL to the authorize page. */
async function authorizeAddress(opened: string): Promise<URL> {
  const address = new URL(opened)
  if (address.searchParams.has('redirect_uri')) return address
  const answer = await fetch(address, { redirect: 'manual' })
  const location = answer.headers.get('location')
  if (!location)
    throw new Error(`It opened an address without a redirect_uri, which leads nowhere: ${answer.status}`)
  return authorizeAddress(new URL(location, address).href)
}
