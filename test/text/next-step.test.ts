import { describe, expect, it } from 'vitest'
import { commandText, hintOf, type NextCommand } from '../../src/text/next-step.ts'

describe('a command of a hint', () => {
  it.each<[NextCommand, string]>([
    [{ verb: 'login' }, 'od-link login'],
    [{ verb: 'store', action: 'move', flags: { to: 'file' } }, 'od-link store move --to file'],
    [{ verb: 'mkdir', flags: { p: true, account: undefined }, args: ['/a b'] }, "od-link mkdir -p '/a b'"],
    [{ verb: 'mkdir', flags: { account: ['a', 'b'] } }, 'od-link mkdir --account a --account b'],
    [{ flags: { 'on-conflict': 'reuse' } }, '--on-conflict reuse'],
  ])('of %j is %s', (command, line) => {
    expect(commandText(command)).toBe(line)
  })

  it('is undefined if a word cannot be quoted', () => {
    expect(commandText({ verb: 'mkdir', args: ['pay\u200bpal'] })).toBeUndefined()
  })
})

describe('a hint', () => {
  it('has one line per step, with the words around each command', () => {
    expect(
      hintOf(['Free some space.', { intro: 'Then:', verb: 'login', and: { verb: 'mkdir', args: ['/a'] } }]),
    ).toBe('Free some space.\nThen: od-link login && od-link mkdir /a')
  })

  it('is quoted for Windows there, and chains nothing, as Windows PowerShell has no &&', () => {
    const step = { intro: 'Run', verb: 'logout', args: ['a b'], and: { verb: 'login' } }
    expect(hintOf([step], 'windows')).toBe('Run od-link logout "a b", and then: od-link login')
  })

  it('has the help in place of a command that cannot be quoted', () => {
    expect(hintOf([{ intro: 'Use:', verb: 'mkdir', args: ['a\u202eb'] }])).toBe('Use: od-link mkdir --help')
  })
})
