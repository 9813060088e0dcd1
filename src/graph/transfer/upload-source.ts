import { randomUUID } from 'node:crypto'
import {
  closeSync,
  createReadStream,
  fstatSync,
  openSync,
  read,
  readSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import type { ClientRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { OdLinkError } from '../../errors.ts'
import { markOfJson } from '../../system/decode-text.ts'
import { createDraft } from '../../system/draft.ts'
import { fileTrouble } from './file-errors.ts'

const readAt = promisify(read)
const chunkSize = 256 * 1024

/** Bytes to send, as often as necessary: a file, or what was read from standard input. */
export interface Source {
  /** In bytes. */
  size: number
  /** The same for the same content in a later run; undefined if a later run cannot tell. */
  identity: string | undefined
  /**
   * Sends `length` bytes from `first` on, and ends the request.
   * @param sent called with the number of bytes in each chunk that was passed on.
   */
  send: (outgoing: ClientRequest, first: number, length: number, sent: (bytes: number) => void) => void
  close: () => void
}

/** A source that is a file of this machine. */
export interface FileSource extends Source {
  /** Whether it has another size or time than when it was opened. */
  isChanged: () => boolean
  /** The bytes from `first` on. @throws OdLinkError (usage) when it cannot be read, or has become shorter. */
  read: (first: number) => AsyncIterable<Buffer>
}

/**
 * Opens a file, or `-` for standard input. Graph requires the length in advance (411), and a repeated request needs its body
 * again, so anything other than a regular file is copied to a temporary one, whose name is removed before it is filled.
 * @param isJson whether a byte order mark is left out.
 * @param tap sees each chunk once it was passed on, and where in the content it begins.
 * @throws OdLinkError (usage) when it cannot be read, or is JSON in UTF-16, (not-allowed) when there is no space for that copy.
 */
export async function openSource(
  file: string,
  isJson = false,
  tap: (chunk: Buffer, at: number) => void = () => {},
): Promise<FileSource> {
  const fd = file === '-' ? await copied(file, process.stdin) : await opened(file)
  const { size, mtimeMs, ino, nlink } = fstatSync(fd)
  const skipped = isJson ? skippedMark(fd, file) : 0
  const isChanged = () => {
    const now = fstatSync(fd)
    return now.size !== size || now.mtimeMs !== mtimeMs
  }
  return {
    size: size - skipped,
    // A temporary copy has no name, so no link.
    identity: nlink > 0 ? `${size} ${mtimeMs} ${ino}` : undefined,
    send(outgoing, first, length, sent) {
      if (isChanged()) {
        outgoing.destroy(changed(file))
        return
      }
      const chunks = unlessChanged(reading(file, fd, skipped + first, length), file, isChanged)
      const passedOn = (chunk: Buffer, at: number) => {
        tap(chunk, first + at)
        sent(chunk.length)
      }
      // Not `pipeline`, which aborts a request without the reason.
      Readable.from(telling(chunks, passedOn))
        .on('error', (error) => outgoing.destroy(error))
        .pipe(outgoing)
    },
    close: () => closeSync(fd),
    isChanged,
    read: (first) => reading(file, fd, skipped + first, size - skipped - first),
  }
}

/** The length of the byte order mark that a JSON file of Windows PowerShell may have. */
function skippedMark(fd: number, file: string): number {
  const head = Buffer.alloc(4)
  try {
    const length = readSync(fd, head, 0, head.length, 0)
    return markOfJson(head.subarray(0, length), file === '-' ? 'Standard input' : `"${file}"`)
  } catch (error) {
    closeSync(fd)
    throw error instanceof OdLinkError ? error : fileTrouble(error, file, 'read')
  }
}

/**
 * Holds back the last chunk until the file is known not to have changed while it was read: a request without its end is not
 * carried out, so the drive never gets a mixture of two versions.
 */
async function* unlessChanged(chunks: AsyncIterable<Buffer>, file: string, isChanged: () => boolean) {
  let held: Buffer | undefined
  for await (const chunk of chunks) {
    if (held) yield held
    held = chunk
  }
  if (isChanged()) throw changed(file)
  if (held) yield held
}

/**
 * Tells of each chunk once it was taken, and where in all of them it begins: what is done with it then, such as its hash, is
 * done while the server receives it.
 */
async function* telling(chunks: AsyncIterable<Buffer>, taken: (chunk: Buffer, at: number) => void) {
  let at = 0
  for await (const chunk of chunks) {
    yield chunk
    taken(chunk, at)
    at += chunk.length
  }
}

/** Not one of Node's file streams, because they close the file when they are destroyed, whatever their options. */
async function* reading(file: string, fd: number, first: number, length: number) {
  const end = first + length
  for (let at = first; at < end; ) {
    const chunk = Buffer.allocUnsafe(Math.min(chunkSize, end - at))
    const { bytesRead } = await readAt(fd, chunk, 0, chunk.length, at).catch((error: unknown) => {
      throw fileTrouble(error, file, 'read')
    })
    if (bytesRead === 0) throw changed(file)
    at += bytesRead
    yield chunk.subarray(0, bytesRead)
  }
}

function open(file: string): number {
  try {
    return openSync(file, 'r')
  } catch (error) {
    throw fileTrouble(error, file, 'read')
  }
}

async function opened(file: string): Promise<number> {
  const fd = open(file)
  return fstatSync(fd).isFile() ? fd : copied(file, createReadStream('', { fd }))
}

async function copied(file: string, stream: AsyncIterable<Buffer>): Promise<number> {
  const path = join(tmpdir(), `od-link-${randomUUID()}`)
  let doing: 'read' | 'written' = 'written'
  try {
    const fd = createDraft(path)
    unlinkSync(path)
    doing = 'read'
    for await (const chunk of stream) {
      doing = 'written'
      writeFileSync(fd, chunk)
      doing = 'read'
    }
    return fd
  } catch (error) {
    throw fileTrouble(error, doing === 'read' ? file : tmpdir(), doing)
  }
}

/** The error for a file that is not what it was when it was opened. */
export function changed(file: string): OdLinkError {
  return new OdLinkError('usage', `"${file}" changed during the upload.`, {
    reason: 'local-file',
    next: ['Upload it again, or a copy of it if something keeps writing to it.'],
  })
}

/** The same after all of it was sent: what OneDrive has is whole, but not what the file is now. */
export function changedSince(file: string): OdLinkError {
  return new OdLinkError('usage', `"${file}" changed during the upload. OneDrive has it as it was before.`, {
    reason: 'local-file',
    next: [{ intro: 'To upload it again:', flags: { 'on-conflict': 'replace' } }],
  })
}
