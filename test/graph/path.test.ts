import { describe, expect, it } from 'vitest'
import {
  childPath,
  encodePath,
  foldName,
  parsePath,
  pathBelow,
  sameName,
  showPath,
} from '../../src/graph/path.ts'

describe('a path that is typed', () => {
  const refusal = (name: string) => {
    try {
      childPath(['p'], name)
    } catch (error) {
      return (error as Error).message
    }
    return undefined
  }
  const because = (name: string, why: string) => `OneDrive does not accept the name "${name}": ${why}.`

  it.each([
    ['', 'it is empty'],
    ['.', '"." and ".." are not folder names'],
    ['..', '"." and ".." are not folder names'],
    ['a\ud83d', 'it is not valid Unicode'],
    ['a*b', 'it contains "*"'],
    ['a"', 'it contains """'],
    ['a:b', 'it contains ":"'],
    ['<a', 'it contains "<"'],
    ['a>', 'it contains ">"'],
    ['a?', 'it contains "?"'],
    ['a\\b', 'it contains "\\"'],
    ['a|b', 'it contains "|"'],
    ['a\u0000b', 'it contains a control character'],
    ['a\u001fb', 'it contains a control character'],
    ['a\u007fb', 'it contains a control character'],
    [' a', 'it begins or ends with a space'],
    ['a ', 'it begins or ends with a space'],
    ['a.', 'it ends with a dot'],
    ['~$a', 'it begins with ~$'],
    ['a_VTI_b', 'it contains _vti_'],
    ['.LOCK', 'it is reserved'],
    ['desktop.ini', 'it is reserved'],
    ['CON', 'it is reserved for a device'],
    ['nul.txt', 'it is reserved for a device'],
    ['com1', 'it is reserved for a device'],
    ['LPT9.a.b', 'it is reserved for a device'],
    ['a'.repeat(256), 'it is longer than 255 characters'],
  ])('%j is refused', (name, why) => {
    expect(refusal(name)).toBe(because(name, why))
  })

  it.each([
    [
      '...a',
      '~a$',
      'a~$',
      '.locks',
      'x.lock',
      'desktop.inix',
      'mydesktop.ini',
      'console',
      'com',
      'com10',
      'xcom1',
    ],
    ['aux1', 'vti_', 'a.b', "it's", '#%&{}', 'a'.repeat(255), 'lpt', 'xnul', 'nul-x', '[x];', 'é 🚀'],
  ])('%j and more are left to the server', (...names) => {
    for (const name of names) expect(refusal(name)).toBeUndefined()
  })

  it('is refused with a next step', () => {
    expect(() => childPath([], 'a*')).toThrow(
      expect.objectContaining({ kind: 'usage', hint: 'Choose another name.' }),
    )
    expect(() => childPath(['p'], 'a b/c')).toThrow(
      expect.objectContaining({
        kind: 'usage',
        message: 'Expected a name, not a path: "a b/c"',
        hint: "To create its parents as well, use one path: od-link mkdir -p '/p/a b/c'",
      }),
    )
    for (const [parent, name, commands] of [
      [['A'], '/B', 'od-link mkdir / A B'],
      [['x', 'a b'], '/x/c', "od-link mkdir /x 'a b' c"],
      [['x', 'a'], '/y/c', 'od-link mkdir /x/a && od-link mkdir /y/c'],
    ] as const)
      expect(() => childPath(parent, name)).toThrow(
        expect.objectContaining({
          kind: 'usage',
          hint: `Names after the first are created inside it. For two folders: ${commands}`,
        }),
      )
    expect(() => childPath([], '/a')).toThrow(
      expect.objectContaining({ hint: 'For a folder in the root, use one path: od-link mkdir /a' }),
    )
    for (const [text, hint] of [
      ['Reports\\2026', 'OneDrive separates folders with forward slashes: "Reports/2026"'],
      ['\\Reports\\2026\\', 'OneDrive separates folders with forward slashes: "/Reports/2026/"'],
      ['.\\Reports', 'OneDrive separates folders with forward slashes: "Reports"'],
      ['a/b\\c', 'OneDrive separates folders with forward slashes: "a/b/c"'],
      ['a\\b?', 'Choose another name.'],
    ])
      expect(() => parsePath(text as string)).toThrow(expect.objectContaining({ kind: 'usage', hint }))
    expect(() => childPath(['p'], 'a\\b')).toThrow(
      expect.objectContaining({ hint: 'OneDrive separates folders with forward slashes: "/p/a/b"' }),
    )
    expect(() => parsePath('c:\\x')).toThrow(
      expect.objectContaining({
        message: '"c:\\x" is a path of this computer, not of the drive.',
        hint: 'Name the folder by its path in OneDrive, such as /Reports/2026.',
      }),
    )
    for (const text of ['C:/Program Files/Git/Reports', 'c:/x'])
      expect(() => parsePath(text)).toThrow(
        expect.objectContaining({
          kind: 'usage',
          message: `"${text}" is a path of this computer, not of the drive.`,
          hint: 'If you typed /…, Git Bash has rewritten it: leave out the leading slash, or set MSYS_NO_PATHCONV=1.',
        }),
      )
    for (const text of ['a/C:/x', 'CC:/x', 'C:x']) expect(() => parsePath(text)).toThrow('it contains ":"')
    expect(() => parsePath(`${'a'.repeat(200)}/${'b'.repeat(200)}`)).toThrow(
      expect.objectContaining({
        kind: 'usage',
        message: 'The path is 401 characters long; OneDrive accepts 400.',
        hint: 'Use shorter names, or fewer levels.',
      }),
    )
  })

  it.each([
    ['a/b', ['p', 'a', 'b']],
    ['./a', ['p', 'a']],
    ['././/a', ['p', 'a']],
    ['.//./a', ['p', 'a']],
    ['/a//b/', ['p', 'a', 'b']],
    ['.', ['p']],
    ['./', ['p']],
    ['./.', ['p']],
    ['', ['p']],
    ['.a', ['p', '.a']],
  ])('below a parent, %j is %j', (text, path) => {
    expect(pathBelow(['p'], text)).toEqual(path)
  })

  it('below a parent cannot lead out of it, or be too long with it', () => {
    expect(() => pathBelow(['p'], '../a')).toThrow('are not folder names')
    expect(() => pathBelow(['p'], 'a/./b')).toThrow('are not folder names')
    expect(() => pathBelow(['a'.repeat(200)], 'b'.repeat(200))).toThrow('401 characters')
    expect(() => childPath(['a'.repeat(200)], 'b'.repeat(200))).toThrow('401 characters')
  })

  it('is shown and encoded', () => {
    expect(showPath([])).toBe('/')
    expect(showPath(['a', 'b c'])).toBe('/a/b c')
    expect(encodePath(['a', 'b c', '100%#?'])).toBe('a/b%20c/100%25%23%3F')
    expect([foldName('CAF\u00c9'), sameName('A', 'a'), sameName('a', 'b')]).toEqual([
      'caf\u00e9',
      true,
      false,
    ])
  })
})
