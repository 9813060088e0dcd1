import { expect, it } from 'vitest'
import { fileTrouble } from '../../../src/graph/transfer/file-errors.ts'

it.each([
  [
    'ENOSPC',
    'read',
    'not-allowed: There is no space left on this machine for "f" (ENOSPC). | Free some space there, and run it again.',
  ],
  [
    'EDQUOT',
    'written',
    'not-allowed: There is no space left on this machine for "f" (EDQUOT). | Free some space there, and run it again.',
  ],
  ['EACCES', 'written', 'usage: "f" cannot be written (permission denied). | Name another file.'],
] as const)('%s of a file that is %s', (code, doing, expected) => {
  const error = fileTrouble(Object.assign(new Error('x'), { code }), 'f', doing)
  expect(`${error.kind}: ${error.message} | ${error.hint}`).toBe(expected)
  expect(fileTrouble(new Error('odd'), '-', 'read').message).toBe('Standard input cannot be read (odd).')
})
