import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { reportInWords } from '../../../src/commands/login/messages.ts'
import type { SignInEvent } from '../../../src/signin/attempt.ts'

let shown = ''
const { isTTY, columns: usualColumns } = process.stderr
beforeEach(() => {
  shown = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    shown += String(text)
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  Object.assign(process.stderr, { isTTY, columns: usualColumns })
})

const address = `https://login.microsoftonline.com/common/oauth2/v2.0/authorize?state=${'s'.repeat(200)}`
const elsewhere = 'http://localhost:43210/?code=…'
const events: SignInEvent[] = [
  { event: 'open', address, elsewhere: undefined, canPaste: true, tunnel: undefined, passedOn: undefined },
  { event: 'open', address, elsewhere, canPaste: true, tunnel: undefined, passedOn: undefined },
  { event: 'open', address, elsewhere, canPaste: false, tunnel: undefined, passedOn: undefined },
  {
    event: 'unopened',
    because: 'xdg-open is not installed, and neither is sensible-browser',
    canPaste: true,
  },
  { event: 'opened' },
  { event: 'waiting', seconds: 300 },
  { event: 'silence', asksForAll: true, canPaste: true },
  { event: 'more-proof' },
  { event: 'not-that', problem: 'That URL is of another sign-in, which was started somewhere else before.' },
  {
    event: 'device',
    address: 'https://login.microsoft.com/device',
    code: 'AB12CD34E',
    expiresAt: Date.now(),
  },
]

it.each([80, 60, 40])(
  'fits a terminal of %i columns, except for URLs and commands, which stay whole',
  async (columns) => {
    Object.assign(process.stderr, { isTTY: true, columns })
    for (const event of events) await reportInWords(event, (flags) => ({ verb: 'setup', flags }))
    const lines = shown.replaceAll(/\x1b\[[\d;]*[A-Za-z]/g, '').split('\n')
    const tooLong = lines.filter((line) => line.length > columns && !/^ {2}(https:|od-link)/.test(line))
    expect(tooLong).toEqual([])
    expect(lines).toContain(`  ${address}`)
    expect(lines).toContain('  od-link setup --scope Files.ReadWrite')
    expect(lines.some((line) => line.trim() === 'AB12CD34E')).toBe(true)
    expect(shown.includes('█')).toBe(columns > 45)
  },
)
