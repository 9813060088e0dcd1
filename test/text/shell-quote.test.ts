import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crontabLine } from '../../src/doctor/crontab.ts'
import { childPath } from '../../src/graph/path.ts'
import {
  commandLine,
  examplePath,
  posixQuote,
  powershellQuote,
  shellHere,
  variableHint,
} from '../../src/text/shell-quote.ts'
import { anyText, settings } from '../fuzz/runs.ts'
import { hasRealPart } from '../helpers/system/real-part.ts'

const hostile = [
  '',
  "O'Brien",
  'O’Brien ‘x’ ‚y‛',
  '“double” „low‟',
  'R&D',
  '100 %',
  '%PATH%',
  '$(touch x) `touch x` $HOME',
  '!! !x "!"',
  'a ^& b | c > d < e; f',
  '\\',
  "a\\'b",
  "\\\\'\\",
  "''''",
  '=ls',
  '%self',
  '~',
  '~root',
  '-rf',
  '--',
  '*',
  '?',
  '[a-z]',
  '{a,b}',
  '#x',
  '@x',
  'a=b',
  'x:~',
  '(x)',
  'Müller 中文 🎉',
  'a\tb',
]

describe('a word that is quoted for a POSIX shell', () => {
  const others = ['bash', 'zsh', 'fish'].filter((shell) => hasRealPart(shell, 'words for that shell'))

  it.each(['sh', ...others])('is that word to %s', (shell) => {
    const env = { PATH: process.env.PATH, HOME: '/', LC_ALL: 'C.UTF-8' }
    const read = (words: string[]) => {
      const script = `printf '%s\\0' ${words.map(posixQuote).join(' ')}`
      return spawnSync(shell, ['-c', script], { encoding: 'utf8', env }).stdout.split('\0').slice(0, -1)
    }
    expect(read(hostile)).toEqual(hostile)
    const special = fc.string({ unit: fc.constantFrom(...'\'"\\`$%=~ !#&*()[]{}|;<>?@-,.:^ab’\n') })
    const words = fc.array(special, { minLength: 20, maxLength: 60 })
    fc.assert(
      fc.property(words, (all) => {
        expect(read(all)).toEqual(all)
      }),
      settings(0.05),
    )
  })
})

describe('a command in a hint', () => {
  it.each([
    ['linux', {}, 'posix'],
    ['darwin', {}, 'posix'],
    ['win32', {}, 'windows'],
    ['win32', { MSYSTEM: 'MINGW64' }, 'posix'],
  ] as const)('on %s with %j is for a shell of the kind %s', (platform, env, shell) =>
    expect(shellHere(platform, env)).toBe(shell),
  )

  it.each([
    ['Reports', 'Reports'],
    ['/Team/2026', '/Team/2026'],
    ['--account', '--account'],
    ['C:\\Users\\ada\\x', 'C:\\Users\\ada\\x'],
    ['My Reports', '"My Reports"'],
    ['O’Brien', '"O’Brien"'],
    ["it's", '"it\'s"'],
    ['a,b', '"a,b"'],
    ['@x', '"@x"'],
    ['-x.y', '"-x.y"'],
    ['(a); #b', '"(a); #b"'],
    ['Müller 中文', '"Müller 中文"'],
    ['', '""'],
  ])('on Windows has %j as a word that cmd and PowerShell read alike', (word, quoted) =>
    expect(commandLine(['od-link', word], 'windows')).toBe(`od-link ${quoted}`),
  )

  it.each(['R&D', '100%', 'a^b', 'wow!', '$x', '`x', 'a"b', '“x', 'x”', '„x', 'a|b', 'a<b', 'a>b', 'a b\\'])(
    'is not offered on Windows for %j',
    (word) => expect(commandLine(['od-link', 'mkdir', word], 'windows')).toBeUndefined(),
  )

  it('on Windows never holds what cmd or PowerShell would read as more than text', () => {
    const special = fc.string({ unit: fc.constantFrom(...'\'"\\`$%= !#&|<>@-.^ab’“„é') })
    fc.assert(
      fc.property(fc.array(fc.oneof(anyText, special), { maxLength: 4 }), (words) => {
        const line = commandLine(words, 'windows')
        if (line === undefined) return
        // Every second part stands between double quotes.
        const parts = line.split('"')
        expect(parts.length % 2).toBe(1)
        for (const [at, part] of parts.entries())
          expect(part).toMatch(at % 2 ? /^[^%!^&|<>$`\0-\x1f\u201c-\u201e]*$/ : /^[\w./:\\+= -]*$/)
      }),
      settings(),
    )
  })

  it.each(['posix', 'windows'] as const)(
    'is not offered to a %s shell where a word is not shown as it is, so that another would be pasted',
    (shell) => {
      for (const word of ['pay\u200bpal', 'a\nnext: od-link x', 'a\u202eb', '\u{e0041}', 'a\ud800'])
        expect(commandLine(['od-link', 'mkdir', word], shell)).toBeUndefined()
      expect(commandLine(['od-link', 'mkdir', '👩\u200d💻'], shell)).toMatch(
        /^od-link mkdir ['"]👩\u200d💻['"]$/u,
      )
    },
  )

  it('of mkdir is there for a name with quotes, and left out where it would be another name', () => {
    const hintOf = (name: string) => {
      try {
        return childPath([], name)
      } catch (error) {
        return (error as { hint?: string }).hint
      }
    }
    expect(hintOf("O'Brien/x")).toMatch(/od-link mkdir -p '\/O'\\''Brien\/x'$/)
    expect(hintOf('pay\u200bpal/x')).toMatch(/od-link mkdir --help$/)
  })

  it('for a crontab is for sh, wherever it is printed', () => {
    const line = crontabLine({ node: '/opt/my node/node', odLink: "/o'd/od-link" }, {})
    expect(line).toContain("'/opt/my node/node' '/o'\\''d/od-link' mkdir")
  })
})

describe('a word for PowerShell', () => {
  it('has each of its five single quotes doubled, and nothing else changes', () =>
    expect(powershellQuote("a'b’c‘d‚e‛f $x `y")).toBe("'a''b’’c‘‘d‚‚e‛‛f $x `y'"))
})

it('a path to choose looks like one of the shell at hand', () => {
  expect(examplePath('a/directory', 'posix')).toBe('/path/to/a/directory')
  expect(examplePath('a/directory', 'windows')).toBe('C:\\path\\to\\a\\directory')
})

describe('a variable in a hint', () => {
  it('is set and unset as the shell at hand does it', () => {
    expect(variableHint('OD_LINK_STORE', 'file', 'posix')).toBe('OD_LINK_STORE=file')
    expect(variableHint('OD_LINK_STORE', '', 'posix')).toBe('unset OD_LINK_STORE')
    expect(variableHint('OD_LINK_STORE', 'file', 'windows')).toBe(
      "set OD_LINK_STORE=file (in PowerShell: $env:OD_LINK_STORE = 'file')",
    )
    expect(variableHint('OD_LINK_STORE', '', 'windows')).toBe(
      "set OD_LINK_STORE= (in PowerShell: $env:OD_LINK_STORE = '')",
    )
  })
})
