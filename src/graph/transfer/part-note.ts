import { closeSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createUnlessTaken, identityOf, isSharedFolder, reopenDraft } from '../../system/draft.ts'

/* The note beside a partial file, which says what content it is part of: private like the file, and never read through a link. */

/**
 * A partial file of an earlier run, if it is of this content and nobody else can have changed it.
 * @param content as it was when the file was started.
 */
export function continuable(
  part: string,
  note: string,
  content: string,
): { fd: number; etag: string } | undefined {
  const text = readNote(note)
  const [, etag = '', identity = ''] = /\n(.+)\n(.+)\n$/.exec(text) ?? []
  if (text !== noteOf(content, etag, identity)) return undefined
  const fd = reopenDraft(part)
  if (fd === undefined) return undefined
  // Whoever may rename files there can give a private file of this user that name, to have it published.
  if (identity === identityOf(fd) || !isSharedFolder(dirname(part))) return { fd, etag }
  closeSync(fd)
  return undefined
}

function readNote(note: string): string {
  const fd = reopenDraft(note)
  if (fd === undefined) return ''
  try {
    return readFileSync(fd, 'utf8')
  } finally {
    closeSync(fd)
  }
}

/**
 * Lets the next run continue with an open partial file.
 * @returns false when something else has the note's name.
 */
export function writeNote(note: string, content: string, etag: string, part: number): boolean {
  const fd = createUnlessTaken(note)
  if (fd === undefined) return false
  try {
    writeFileSync(fd, noteOf(content, etag, identityOf(part)))
  } finally {
    closeSync(fd)
  }
  return true
}

function noteOf(content: string, etag: string, identity: string): string {
  return `${content}\n${etag}\n${identity}\n`
}
