import { describe, expect, it } from 'vitest'
import { wrap, wrapWithCommand } from '../../src/text/wrap.ts'

describe('prose in lines', () => {
  it('is broken at spaces, and no line is longer than it may be', () => {
    const text = 'The granted scope does not allow creating folders.'
    const lines = wrap(text, 20)
    expect(lines).toEqual(['The granted scope', 'does not allow', 'creating folders.'])
    expect(lines.join(' ')).toBe(text)
  })

  it('keeps a URL whole, however long it is', () => {
    const url = `https://login.example/${'x'.repeat(100)}`
    expect(wrap(`See ${url} now`, 30)).toEqual(['See', url, 'now'])
  })

  it('is one line where there is no limit', () => {
    expect(wrap('a b c', Number.POSITIVE_INFINITY)).toEqual(['a b c'])
    expect(wrap('', 10)).toEqual([''])
  })

  it('keeps spaces at the beginning and within', () => {
    expect(wrap('  User.Read   read the name', 80)).toEqual(['  User.Read   read the name'])
  })

  it('indents the lines after the first', () => {
    expect(wrap('one two three', 8, '  ')).toEqual(['one two', '  three'])
  })
})

describe('prose that ends with a command', () => {
  const command = 'od-link use grace@outlook.example'

  it('has it behind its last word where both fit', () => {
    expect(wrapWithCommand('To switch:', command, 80)).toEqual([`To switch: ${command}`])
    expect(wrapWithCommand('', command, 10)).toEqual([command])
  })

  it('has it on a line of its own otherwise, and never breaks it', () => {
    const prose = 'Commands still use ada@contoso.example. To switch:'
    expect(wrapWithCommand(prose, command, 80)).toEqual([prose, `  ${command}`])
    expect(wrapWithCommand(prose, command, 20)).toEqual([
      'Commands still use',
      'ada@contoso.example.',
      'To switch:',
      `  ${command}`,
    ])
  })
})
