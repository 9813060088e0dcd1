import { randomUUID } from 'node:crypto'
import { closeSync, createReadStream, fstatSync, openSync, read, unlinkSync, writeFileSync } from 'node:fs'
import type { ClientRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { OdLinkError } from '../../errors.ts'
import { createDraft } from '../../system/draft.ts'
import { fileTrouble } from './file-errors.ts'

const readAt = promisify(read)
const chunkSize = 64 * 1024

/** Bytes to be sent, as often as need be: a file, or what came on standard input. */
export interface Source {
  /** In bytes. */
  size: number
  /**
   * Sends the bytes from `first` on, so many of them, and ends the request.
   * @param sent is told how many bytes were handed on, chunk by chunk.
   */
  send: (outgoing: ClientRequest, first: number, length: number, sent: (bytes: number) => void) => void
  close: () => void
}

/**
 * Opens a file, or `-` for standard input. Graph wants to know the length beforehand (411), and a request that is
 * repeated needs its body again; so what is not a file of its own is kept in a temporary one, which has no name any
 * more by the time it is filled.
 * @throws OdLinkError (usage) when it cannot be read, (not-allowed) when there is no space for that copy.
 */
export async function openSource(file: string): Promise<Source> {
  const fd = file === '-' ? await copied(file, process.stdin) : await opened(file)
  const { size, mtimeMs } = fstatSync(fd)
  return {
    size,
    send(outgoing, first, length, sent) {
      const now = fstatSync(fd)
      if (now.size !== size || now.mtimeMs !== mtimeMs) {
        outgoing.destroy(changed(file))
        return
      }
      // Not `pipeline`: it breaks a request off without the reason.
      Readable.from(reading(file, fd, first, length, sent))
        .on('error', (error) => outgoing.destroy(error))
        .pipe(outgoing)
    },
    close: () => closeSync(fd),
  }
}

/** Not a stream of Node's own: such a one closes the file when it is destroyed, whatever it was told. */
async function* reading(
  file: string,
  fd: number,
  first: number,
  length: number,
  sent: (bytes: number) => void,
) {
  const end = first + length
  for (let at = first; at < end; ) {
    const chunk = Buffer.allocUnsafe(Math.min(chunkSize, end - at))
    const { bytesRead } = await readAt(fd, chunk, 0, chunk.length, at).catch((error: unknown) => {
      throw fileTrouble(error, file, 'read')
    })
    if (bytesRead === 0) throw changed(file)
    at += bytesRead
    sent(bytesRead)
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

function changed(file: string): OdLinkError {
  return new OdLinkError('usage', `"${file}" changed while it was sent.`, { hint: 'Send it again.' })
}
