import { createHash, randomBytes } from 'node:crypto'
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  futimesSync,
  lstatSync,
  openSync,
  readSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { OdLinkError } from '../../errors.ts'
import { isDeviceName } from '../../system/device-name.ts'
import { isFull } from '../../system/disk-errors.ts'
import {
  createDraft,
  createUnlessTaken,
  discardDraft,
  isStillAt,
  isTrusted,
  promoteDraft,
  promoteNew,
  removeSecondName,
  removeStale,
} from '../../system/draft.ts'
import { followSafely } from '../../system/planted-link.ts'
import { type WriteBehind, writeBehind } from '../../system/write-behind.ts'
import type { NextCommand } from '../../text/next-step.ts'
import { fileTrouble } from './file-errors.ts'
import { continuable, writeNote } from './part-note.ts'

/** Where a download goes. */
export interface Target {
  /** The number of bytes it has taken. */
  readonly have: number
  /** Their version, strong enough to continue from there (RFC 9110 section 8.8.1). */
  readonly etag: string | undefined
  /** How many of them are written. */
  readonly saved: number
  /** Whether the next run can continue with it. */
  readonly isKept: boolean
  /** Starts again, with content of that version. @throws OdLinkError when that is no longer possible. */
  begin: (etag: string | undefined) => void
  write: (chunk: Buffer) => Promise<void> | void
  /** Waits until everything is written that it has taken. */
  settle?: () => Promise<void>
  /** It is complete, and settled. */
  finish: () => Promise<void> | void
}

/** A target on a disk. */
export interface PartTarget extends Target {
  /** What it has, from a position on. */
  read: (first: number) => Iterable<Buffer>
  /** Gives it a modification time, in milliseconds since the epoch. */
  stamp: (modified: number) => void
}

/** A name in a file system has at most 255 bytes (Linux, macOS) or UTF-16 units (Windows), so the shorter limit counts. */
const longestName = 255

/** The file's name with an ending; a long name gives way to what it hashes to. */
function beside(file: string, ending: string): string {
  const name = basename(file)
  if (Buffer.byteLength(name) + ending.length + '.etag'.length <= longestName) return `${file}${ending}`
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 32)
  return join(dirname(file), `${digest}${ending}`)
}

/** Removes what a run left beside a file that it had completed, and died before its last steps. */
export function tidyPart(file: string): void {
  const part = beside(file, '.part')
  try {
    removeSecondName(part, file)
    // A note is written after its part.
    if (!lstatSync(part, { throwIfNoEntry: false })) removeStale(`${part}.etag`)
  } catch {
    // Nothing can be removed there, and nothing is continued from it.
  }
}

/**
 * A file that is complete or unchanged: the bytes are saved beside it in `FILE.part`, which replaces it at the end. With an
 * ETag, that file survives a failure and Ctrl-C, and the next run continues with it. A name that something else has is left
 * alone; the partial file then has an unpredictable name, and is removed when this run ends.
 * @param content what an earlier partial file must be of to be continued, such as the account and the path.
 * @param mayReplace whether it may take the place of an existing file. Default: yes.
 * @throws OdLinkError (usage) when nothing can be written there; (taken) at the end, when it must not replace a file.
 */
export function openPart(named: string, content: string, mayReplace = true): PartTarget {
  const file = resolved(named)
  const usual = beside(file, '.part')
  const note = `${usual}.etag`
  let part = usual
  const guarded = <T>(work: () => T, refused = writeTrouble): T => {
    try {
      return work()
    } catch (error) {
      throw error instanceof OdLinkError ? error : refused(error)
    }
  }
  const writeTrouble = (error: unknown) => fileTrouble(error, part, 'written')
  tidyPart(file)
  const finishTrouble = (error: unknown) => {
    const trouble = fileTrouble(error, file, 'written')
    if (!target.isKept || isFull(error)) return trouble
    const again = `Close the program that has it open, and run it again: everything is already in "${part}".`
    return trouble.with({ next: [again, ...trouble.next] })
  }
  const earlier = guarded(() => continuable(usual, note, content))
  let fd = earlier?.fd
  let etag = earlier?.etag
  let have = fd === undefined ? 0 : fstatSync(fd).size
  let isNoted = fd !== undefined
  let writer: WriteBehind | undefined = fd === undefined ? undefined : writeBehind(fd, have)
  const drop = () => {
    if (fd !== undefined) discardDraft(fd, part)
    fd = undefined
    writer = undefined
    removeStale(note)
  }
  // Also after Ctrl-C: a file that cannot be continued is of no use.
  process.on('exit', () => {
    if (fd !== undefined && !target.isKept) drop()
  })
  const target: PartTarget = {
    *read(first) {
      if (fd === undefined) return
      const chunk = Buffer.allocUnsafe(readSize)
      for (let at = first; at < have; ) {
        const length = readSync(fd, chunk, 0, chunk.length, at)
        if (length === 0) return
        at += length
        yield chunk.subarray(0, length)
      }
    },
    stamp: (modified) =>
      guarded(() => {
        if (fd !== undefined) futimesSync(fd, new Date(), new Date(modified))
      }),
    get have() {
      return have
    },
    get saved() {
      return writer?.written ?? 0
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
          part = beside(file, `.${randomBytes(6).toString('hex')}.part`)
          fd = createDraft(part)
        }
        writer = writeBehind(fd, 0)
        // On a file system without permissions, the next run could not trust it.
        const canBeKept = etag !== undefined && part === usual && isTrusted(fd)
        isNoted = canBeKept && writeNote(note, content, etag as string, fd)
      }),
    write(chunk) {
      const written = guarded(() => writer?.write(chunk))
      have += chunk.length
      return written
    },
    settle: async () => {
      await writer?.settle().catch((error) => {
        throw writeTrouble(error)
      })
    },
    finish: () =>
      guarded(() => {
        if (fd === undefined) return
        // Another od-link process with the same file, or somebody else, replaced it.
        const outcome = mayReplace ? promoteDraft(fd, part, file) : promoteNew(fd, part, file)
        if (outcome === 'taken') throw fileTaken(file)
        if (!outcome) throw replaced(part)
        fd = undefined
        removeStale(note)
      }, finishTrouble),
  }
  return target
}

const readSize = 256 * 1024

/** A file of this machine must not be replaced. */
export function fileTaken(file: string): OdLinkError {
  return new OdLinkError('taken', `"${file}" already exists on this computer.`, {
    reason: 'name-taken',
    next: [
      { intro: 'To replace it:', flags: { 'on-conflict': 'replace' } },
      { intro: 'To keep both:', flags: { 'on-conflict': 'rename' } },
    ],
  })
}

/**
 * A pipe, a terminal or a device: what was written cannot be undone, but an interrupted download can continue.
 * @param write passes a chunk on.
 * @param toFile how to save the same content to a file, which a later run can continue.
 */
export function passOn(write: Target['write'], toFile: NextCommand): Target {
  let have = 0
  let etag: string | undefined
  return {
    get have() {
      return have
    },
    get saved() {
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
          'The download was interrupted, and its beginning has already been written.',
          {
            reason: 'unreachable',
            next: [{ intro: 'Save it to a file, which can be resumed:', ...toFile }],
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
 * Windows writes to a device under such a name, and its `.part` would be the same device.
 * @throws OdLinkError (usage) for the name of a device.
 */
export function refuseDevice(file: string, platform?: NodeJS.Platform): void {
  if (!isDeviceName(file, platform)) return
  throw new OdLinkError('usage', `"${file}" is the name of a device on Windows, not of a file.`, {
    reason: 'local-file',
    next: ['Name another file, or use - for standard output.'],
  })
}

/**
 * Opens a path that is not a regular file, such as `/dev/null` or a pipe, which must not be replaced.
 * @param toFile as for `passOn`.
 * @returns undefined for a regular file, or if nothing exists there.
 * @throws OdLinkError (usage) for a pipe of another user, or a link that leads to one.
 */
export function openSpecial(file: string, toFile: NextCommand): Target | undefined {
  if (!isSpecial(file)) return undefined
  try {
    followSafely(file)
    // Neither created nor emptied: a file that took its place meanwhile stays as it is.
    const fd = openSync(file, constants.O_WRONLY)
    if (!fstatSync(fd).isFile()) return passOn((chunk) => writeWhole(fd, chunk, file), toFile)
    closeSync(fd)
    throw replaced(file)
  } catch (error) {
    throw error instanceof OdLinkError ? error : fileTrouble(error, file, 'written')
  }
}

function writeWhole(fd: number, chunk: Buffer, file: string): void {
  try {
    writeFileSync(fd, chunk)
  } catch (error) {
    throw fileTrouble(error, file, 'written')
  }
}

/** Whether the path is something other than a file or a folder, such as `/dev/null` or a pipe. */
export function isSpecial(file: string): boolean {
  try {
    const found = statSync(file)
    return !found.isFile() && !found.isDirectory()
  } catch {
    return false
  }
}

/** The file behind links, after checking that it can be written. */
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
    reason: 'local-file',
    next: ['Run it again, or name a file in a folder that only you can write to.'],
  })
}
