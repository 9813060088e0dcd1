import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { OdLinkError } from '../../errors.ts'
import { fileTrouble } from './file-errors.ts'

/** Where a download goes. */
export interface Target {
  /** How many bytes of it are there. */
  readonly have: number
  /** What names their version, strong enough to go on from there (RFC 9110 section 8.8.1). */
  readonly etag: string | undefined
  /** Whether the next run can go on with what is there. */
  readonly isKept: boolean
  /** Begins anew, with content of that version. @throws OdLinkError when that is no longer possible. */
  begin: (etag: string | undefined) => void
  write: (chunk: Buffer) => Promise<void> | void
  /** All is there. */
  finish: () => void
}

/**
 * A file that is whole or as it was: what comes is kept beside it in `FILE.part`, which takes its place at the end. With
 * an ETag, the part outlives a failure and Ctrl-C, and the next run goes on with it.
 * @param content what a part must be of to be gone on with, such as the account and the path.
 * @throws OdLinkError (usage) when nothing can be written there.
 */
export function openPart(named: string, content: string): Target {
  const file = resolved(named)
  const part = `${file}.part`
  const note = `${part}.etag`
  const guarded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw fileTrouble(error, part, 'written')
    }
  }
  let fd: number | undefined
  let have = 0
  let etag = etagOf(part, note, content)
  if (etag !== undefined) {
    fd = guarded(() => openSync(part, 'r+'))
    have = fstatSync(fd).size
  }
  const remove = () => {
    rmSync(note, { force: true })
    rmSync(part, { force: true })
  }
  // Ctrl-C too ends here: what nobody can go on with is of no use.
  process.on('exit', () => {
    if (fd !== undefined && !target.isKept) remove()
  })
  const target: Target = {
    get have() {
      return have
    },
    get etag() {
      return etag
    },
    get isKept() {
      return etag !== undefined && have > 0
    },
    begin: (now) =>
      guarded(() => {
        if (fd !== undefined) closeSync(fd)
        remove()
        fd = openSync(part, 'wx+')
        have = 0
        etag = now
        if (etag !== undefined) writeFileSync(note, noteOf(content, etag))
      }),
    write: (chunk) =>
      guarded(() => {
        if (fd === undefined) return
        for (let at = 0; at < chunk.length; ) {
          const written = writeSync(fd, chunk, at, null, have)
          at += written
          have += written
        }
      }),
    finish: () =>
      guarded(() => {
        if (fd === undefined) return
        fsyncSync(fd)
        const { ino } = fstatSync(fd)
        // Another od-link with the same file in mind.
        if (statSync(part).ino !== ino) throw Object.assign(new Error(), { code: 'EBUSY' })
        closeSync(fd)
        fd = undefined
        renameSync(part, file)
        rmSync(note, { force: true })
      }),
  }
  return target
}

/**
 * A pipe, a terminal or a device: what went there cannot be taken back, though a break can be mended from where it was.
 * @param write hands a piece on.
 */
export function passOn(write: Target['write']): Target {
  let have = 0
  let etag: string | undefined
  return {
    get have() {
      return have
    },
    get etag() {
      return etag
    },
    isKept: false,
    begin(now) {
      if (have > 0) {
        throw new OdLinkError(
          'network',
          'The download broke off, and its beginning has been written already.',
          {
            hint: 'Write it to a file, which can be mended: --output FILE',
          },
        )
      }
      etag = now
    },
    write(chunk) {
      have += chunk.length
      return write(chunk)
    },
    finish() {},
  }
}

/** Whether what is there is no file of its own, as `/dev/null` or a pipe: then nothing may take its place. */
export function isSpecial(file: string): boolean {
  try {
    const found = statSync(file)
    return !found.isFile() && !found.isDirectory()
  } catch {
    return false
  }
}

/** The file behind links, once it is sure that there can be one. */
function resolved(file: string): string {
  try {
    const found = statSync(file, { throwIfNoEntry: false })
    if (found?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' })
    const real = found ? realpathSync(file) : file
    accessSync(dirname(real), constants.W_OK)
    return real
  } catch (error) {
    throw fileTrouble(error, file, 'written')
  }
}

/** The ETag of a part that was left behind, if it is of this content. */
function etagOf(part: string, note: string, content: string): string | undefined {
  try {
    const text = readFileSync(note, 'utf8')
    const [, etag = ''] = /\n(.+)\n/.exec(text) ?? []
    return text === noteOf(content, etag) && statSync(part).isFile() ? etag : undefined
  } catch {
    return undefined
  }
}

function noteOf(content: string, etag: string): string {
  return `${content}\n${etag}\n`
}
