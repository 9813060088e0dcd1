import { describe, expect, it } from 'vitest'
import { checkLocalName, numbered } from '../../../src/graph/files/local-name.ts'

const refused = (name: string | undefined, isTyped: boolean, platform: NodeJS.Platform) => {
  try {
    checkLocalName(name, isTyped, platform)
  } catch (error) {
    return error
  }
  return undefined
}

describe('the name of a file of a drive', () => {
  it.each<[string, boolean, NodeJS.Platform]>([
    ['a.txt', false, 'linux'],
    ['.profile', true, 'linux'],
    ['a:b?.', true, 'linux'],
    ['nul', false, 'linux'],
    ['x'.repeat(255), false, 'linux'],
    ['é'.repeat(255), false, 'win32'],
    ['a.b c', false, 'win32'],
    ['...', true, 'linux'],
  ])('%j can be used here (typed: %j, %s)', (name, isTyped, platform) => {
    expect(checkLocalName(name, isTyped, platform)).toBe(name)
  })

  it.each<[string | undefined, boolean, NodeJS.Platform, string]>([
    [undefined, true, 'linux', 'it is not a valid name'],
    ['', true, 'linux', 'it would lead to another folder'],
    ['.', true, 'linux', 'it would lead to another folder'],
    ['..', true, 'linux', 'it would lead to another folder'],
    ['../x', true, 'linux', 'it would lead to another folder'],
    ['a\0b', true, 'linux', 'it would lead to another folder'],
    ['.bashrc', false, 'linux', 'it would be a hidden file, and you did not type it'],
    ['x'.repeat(256), true, 'linux', 'it is longer than 255 bytes'],
    ['é'.repeat(128), true, 'linux', 'it is longer than 255 bytes'],
    ['é'.repeat(256), true, 'win32', 'it is longer than 255 characters'],
    ['a:b', true, 'win32', 'Windows does not allow ":" in a name'],
    ['a\u001fb', true, 'win32', 'Windows does not allow "\u001f" in a name'],
    ['a\\b', true, 'win32', 'Windows does not allow "\\" in a name'],
    ['a ', true, 'win32', 'Windows drops the space or dot at its end'],
    ['a.', true, 'win32', 'Windows drops the space or dot at its end'],
    ['nul.txt', true, 'win32', 'it is a device on Windows'],
  ])('%j cannot (typed: %j, %s)', (name, isTyped, platform, why) => {
    const shown = name === undefined ? 'The name of the file' : `The name "${name}"`
    expect(refused(name, isTyped, platform)).toMatchObject({
      ...{ kind: 'usage', reason: 'invalid-name' },
      message: `${shown} cannot be used on this computer: ${why}.`,
      hint: 'Give it another one: name a file, not a folder, as the last argument.',
    })
  })

  it.each([
    ['report.pdf', 'report 2.pdf'],
    ['report.tar.gz', 'report.tar 2.gz'],
    ['report', 'report 2'],
    ['.profile', '.profile 2'],
    ['a.', 'a 2.'],
  ])('%j is numbered as %j', (name, expected) => {
    expect(numbered(name, 2)).toBe(expected)
  })
})
