import { OdLinkError } from '../../errors.ts'
import { isFull } from '../../system/disk-errors.ts'

const ofPath = {
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a file stands where a folder is named',
  ENAMETOOLONG: 'its name is too long',
}

/** The usual reasons, in words; another is named by its code. */
const whyNot: Record<'read' | 'written', Record<string, string>> = {
  read: { ...ofPath, ENOENT: 'no such file' },
  written: { ...ofPath, ENOENT: 'no such folder' },
}

/** The error for a file on this machine. */
export function fileTrouble(error: unknown, file: string, doing: 'read' | 'written'): OdLinkError {
  const { code, message } = error as NodeJS.ErrnoException
  const what = file === '-' ? 'Standard input' : `"${file}"`
  if (isFull(error)) {
    return new OdLinkError('not-allowed', `There is no space left on this machine for ${what} (${code}).`, {
      reason: 'no-space',
      next: ['Free some space there, and run it again.'],
      cause: error,
    })
  }
  const why = whyNot[doing][code ?? ''] ?? code ?? message
  return new OdLinkError('usage', `${what} cannot be ${doing} (${why}).`, {
    reason: 'local-file',
    next: [
      doing === 'read' ? 'Name a file that can be read, or - for standard input.' : 'Name another file.',
    ],
    cause: error,
  })
}
