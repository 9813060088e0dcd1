import { randomBytes } from 'node:crypto'
import { accessSync, closeSync, constants, fstatSync, openSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { OdLinkError } from '../../errors.ts'
import {
  createDraft,
  createUnlessTaken,
  discardDraft,
  isStillAt,
  isTrusted,
  promoteDraft,
  removeStale,
} from '../../system/draft.ts'
import { followSafely } from '../../system/planted-link.ts'
import { fileTrouble } from './file-errors.ts'
import { continuable, writeNote } from './part-note.ts'

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
 * an ETag, the part outlives a failure and Ctrl-C, and the next run goes on with it. A name that somebody else holds is
 * left alone: the part then has a name that nobody can foresee, and goes when this run ends.
 * @param content what a part must be of to be gone on with, such as the account and the path.
 * @throws OdLinkError (usage) when nothing can be written there.
 */
export function openPart(named: string, content: string): Target {
  const file = resolved(named)
  const usual = `${file}.part`
  const note = `${usual}.etag`
  let part = usual
  const guarded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw error instanceof OdLinkError ? error : fileTrouble(error, part, 'written')
    }
  }
  const earlier = guarded(() => continuable(usual, note, content))
  let fd = earlier?.fd
  let etag = earlier?.etag
  let have = fd === undefined ? 0 : fstatSync(fd).size
  let isNoted = fd !== undefined
  const drop = () => {
    if (fd !== undefined) discardDraft(fd, part)
    fd = undefined
    removeStale(note)
  }
  // Ctrl-C too ends here: what nobody can go on with is of no use.
  process.on('exit', () => {
    if (fd !== undefined && !target.isKept) drop()
  })
  const target: Target = {
    get have() {
      return have
    },
    get etag() {
      return etag
    },
    get isKept() {
      return isNoted && have > 0 && fd !== undefined && isStillAt(fd, part)
    },
    begin: (now) =>
      guarded(() => {
        drop()
        removeStale(usual)
        have = 0
        etag = now
        part = usual
        fd = createUnlessTaken(part)
        if (fd === undefined) {
          part = `${file}.${randomBytes(6).toString('hex')}.part`
          fd = createDraft(part)
        }
        // On a file system without permissions, the next run could not trust it.
        const canBeKept = etag !== undefined && part === usual && isTrusted(fd)
        isNoted = canBeKept && writeNote(note, content, etag as string, fd)
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
        // Another od-link with the same file in mind, or somebody else's hand.
        if (!promoteDraft(fd, part, file)) throw replaced(part)
        fd = undefined
        removeStale(note)
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

/**
 * Opens what is there and no regular file, as `/dev/null` or a pipe: nothing may take its place.
 * @returns undefined when it is a file, or nothing at all.
 * @throws OdLinkError (usage) for a pipe of another user, or a link that leads to one.
 */
export function openSpecial(file: string): number | undefined {
  if (!isSpecial(file)) return undefined
  try {
    followSafely(file)
    // Neither created nor emptied: a file that took its place meanwhile stays as it is.
    const fd = openSync(file, constants.O_WRONLY)
    if (!fstatSync(fd).isFile()) return fd
    closeSync(fd)
    throw replaced(file)
  } catch (error) {
    throw error instanceof OdLinkError ? error : fileTrouble(error, file, 'written')
  }
}

/** Whether what is there is no file of its own, as `/dev/null` or a pipe. */
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
    const real = followSafely(file)
    const found = statSync(file, { throwIfNoEntry: false })
    if (found?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' })
    // What `/dev/stdout` leads to may have no name any more.
    if (found) statSync(real)
    accessSync(dirname(real), constants.W_OK)
    return real
  } catch (error) {
    throw error instanceof OdLinkError ? error : fileTrouble(error, file, 'written')
  }
}

function replaced(part: string): OdLinkError {
  return new OdLinkError('usage', `"${part}" cannot be written (EBUSY): another program replaced it.`, {
    hint: 'Run the same command again, or name a file in a folder that only you can write to.',
  })
}
