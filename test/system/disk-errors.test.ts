import { describe, expect, it, vi } from 'vitest'
import { type ErrorKind, OdLinkError } from '../../src/errors.ts'
import { isFull, isUnwritable, unwritableBecause } from '../../src/system/disk-errors.ts'

const errorOf = (code?: string) => Object.assign(new Error('what the system says'), code ? { code } : {})
const because = (code?: string, kind: ErrorKind = 'usage') =>
  new OdLinkError(kind, 'x', code === undefined ? {} : { cause: errorOf(code) })

it.each([
  ['ENOSPC', true],
  ['EDQUOT', true],
  ['EROFS', false],
  ['EIO', false],
  [undefined, false],
])('a disk with %s is full: %j', (code, expected) => {
  expect(isFull(errorOf(code))).toBe(expected)
  expect(isFull(undefined)).toBe(false)
})

it.each([
  ['EROFS', true],
  ['EACCES', true],
  ['EPERM', true],
  ['ENOSPC', true],
  ['EDQUOT', true],
  ['ENOENT', false],
  [undefined, false],
])('a place cannot be written to because of %s: %j', (code, expected) => {
  expect(isUnwritable(because(code))).toBe(expected)
  // The network has codes of the same names.
  expect(isUnwritable(because(code, 'network'))).toBe(false)
  expect(isUnwritable(errorOf(code))).toBe(false)
})

describe('what to do', () => {
  const otherwise = ['Use another directory.']

  it('is to free space where none is left, which two commands show', () => {
    for (const code of ['ENOSPC', 'EDQUOT'])
      expect(unwritableBecause(errorOf(code), '/var/a b', otherwise)).toEqual({
        why: 'no space is left',
        next: ["Free some space there: df -h '/var/a b'; df -i '/var/a b'"],
      })
    // A name that cannot be pasted.
    expect(unwritableBecause(errorOf('ENOSPC'), '/var/a\u001b', otherwise).next).toEqual([
      'Free some space there.',
    ])
  })

  it('is only to free space on Windows, which has no such commands', () => {
    const platform = vi.spyOn(process, 'platform', 'get').mockReturnValue('win32')
    try {
      expect(unwritableBecause(errorOf('ENOSPC'), 'C:\\x', otherwise).next).toEqual([
        'Free some space there.',
      ])
    } finally {
      platform.mockRestore()
    }
  })

  it('is what the caller says for any other reason, which is told by its code', () => {
    expect(unwritableBecause(errorOf('EROFS'), '/x', otherwise)).toEqual({ why: 'EROFS', next: otherwise })
    expect(unwritableBecause(errorOf(), '/x', otherwise)).toEqual({
      ...{ why: 'what the system says', next: otherwise },
    })
  })
})
