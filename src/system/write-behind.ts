import { fdatasync, writev } from 'node:fs'
import { promisify } from 'node:util'

const writeAt = promisify(writev)
const flush = promisify(fdatasync)

/** What may wait to be written while a write is in progress. Linux takes so many chunks at once (writev(2)). */
const most = { bytes: 1024 * 1024, chunks: 1_024 }
/** After so many bytes the disk is asked to save them, while more are received: the last flush then has little to do. */
const flushEvery = 64 * 1024 * 1024

/** Writes chunks to a file, one after the other, while the next ones are received. */
export interface WriteBehind {
  /** Up to where the file has been written. */
  readonly written: number
  /**
   * Takes a chunk.
   * @returns what to wait for before the next one, if too much waits to be written.
   * @throws the file system's error of an earlier chunk.
   */
  write: (chunk: Buffer) => Promise<void> | undefined
  /** Waits until all of it is written, and nothing uses the descriptor any more. @throws the file system's error. */
  settle: () => Promise<void>
}

/**
 * Chunks that come during a write are written together by the next one: each is a turn of a thread of Node's pool, which
 * takes longer than writing the 64 KB of a chunk.
 * @param start where in the file the first chunk goes.
 */
export function writeBehind(fd: number, start: number): WriteBehind {
  let at = start
  let unflushed = 0
  let queue: Buffer[] = []
  let queued = 0
  // Neither promise is ever rejected: the failure is told at the next call.
  let writing: Promise<void> | undefined
  let flushing: Promise<void> | undefined
  let failure: unknown
  const fail = (error: unknown) => {
    failure ??= error
    queue = []
  }
  const writeQueue = async () => {
    let left = queue
    queue = []
    queued = 0
    while (left.length > 0) {
      const { bytesWritten } = await writeAt(fd, left, at)
      at += bytesWritten
      unflushed += bytesWritten
      left = after(left, bytesWritten)
    }
  }
  const goOn = () => {
    writing = undefined
    if (unflushed >= flushEvery) flushing ??= flushNow()
    if (queue.length > 0) writing = writeQueue().catch(fail).then(goOn)
  }
  const flushNow = async () => {
    unflushed = 0
    await flush(fd).catch(fail)
    flushing = undefined
  }
  const tell = () => {
    if (failure !== undefined) throw failure
  }
  return {
    get written() {
      return at
    },
    write(chunk) {
      tell()
      queue.push(chunk)
      queued += chunk.length
      if (!writing) goOn()
      return queued >= most.bytes || queue.length >= most.chunks ? writing : undefined
    },
    async settle() {
      while (writing || flushing) await (writing ?? flushing)
      tell()
    },
  }
}

/** What is left of chunks whose first bytes are written. */
function after(chunks: readonly Buffer[], bytes: number): Buffer[] {
  let done = bytes
  return chunks.flatMap((chunk) => {
    const rest = chunk.subarray(Math.min(done, chunk.length))
    done -= chunk.length - rest.length
    return rest.length > 0 ? [rest] : []
  })
}
