import { describe, expect, it } from 'vitest'
import { pastedAnswer } from '../../src/signin/pasted-redirect.ts'

describe('a pasted address', () => {
  const uri = 'http://localhost:5000/back'
  const good = `${uri}?code=a-code&state=our-state`
  const expected = { state: 'our-state', isFromAuthority: () => true }
  /** What is said of each line, and what comes of them; nothing more is typed after the last one. */
  async function paste(...lines: (string | undefined)[]) {
    const events: unknown[] = []
    const terminal = { readLine: async () => lines.shift(), close: () => {} }
    const never = new Promise<undefined>((resolve) => setTimeout(resolve, 30, undefined))
    const answer = await Promise.race([
      pastedAnswer(terminal, uri, expected, (event) => events.push(event)),
      never,
    ])
    return { answer: answer && Object.fromEntries(answer), events }
  }

  it.each([
    good,
    `  ${good}\t`,
    `"${good}"`,
    `'${good}'`,
    `<${good}>`,
    `\x1b[200~${good}\x1b[201~`,
    `${good}#`,
    `${good}#/anything?code=other`,
    `"${good}`,
    // A browser may insist on https for localhost, and people leave parts out.
    good.replace('http:', 'https:'),
    good.replace('http://', ''),
    good.replace('localhost', '127.0.0.1'),
    good.replace('localhost', '[::1]'),
    good.replace('/back', '/other/place'),
    '?code=a-code&state=our-state',
    'code=a-code&state=our-state',
    'state=our-state&code=a-code',
  ])('is the answer: %j', async (line) => {
    const { answer, events } = await paste(line)
    expect(answer).toEqual({ code: 'a-code', state: 'our-state' })
    const characters = line.replace(/\x1b\[20[01]~|["'<>\s]/g, '').length
    expect(events).toEqual([{ event: 'paste' }, { event: 'pasted', characters }])
  })

  it.each([
    ['hello', `That does not look like ${uri}?code=…. Copy the whole URL from the browser's address bar.`],
    [uri, `That does not look like ${uri}?code=…. Copy the whole URL from the browser's address bar.`],
    ['hello?code=x', 'That URL is incomplete. Copy the whole URL from the browser.'],
    ['?state=our-state', 'That URL is incomplete. Copy the whole URL from the browser.'],
    [
      'https://login.example/common/oauth2/v2.0/authorize?client_id=x',
      'That is the URL to open in the browser. Paste the URL that the browser ends on after the sign-in.',
    ],
    [
      `${uri}?code=a&state=another`,
      'That URL belongs to another sign-in. Open the URL above, and paste the one that it ends on.',
    ],
    [`${uri}?code=a`, 'That URL is incomplete. Copy the whole URL from the browser.'],
  ])('%s is not that', async (line, problem) => {
    const { answer, events } = await paste(line, good)
    expect(events[2]).toEqual({ event: 'not-that', problem })
    expect(answer).toMatchObject({ code: 'a-code' })
  })

  it('may be an empty line, or never come', async () => {
    expect((await paste('', '  ', good)).events).toHaveLength(4)
    expect(await paste(undefined, good)).toEqual({ answer: undefined, events: [{ event: 'paste' }] })
  })
})
