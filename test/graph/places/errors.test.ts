import { describe, expect, it } from 'vitest'
import type { Account } from '../../../src/accounts/account.ts'
import { cannotOpen, isPersonal } from '../../../src/graph/places/errors.ts'
import { answerOf, missing, type Told } from '../../helpers/microsoft/fake-graph.ts'
import { useOwnSettings } from '../../helpers/program/own-settings.ts'

useOwnSettings()

const text = 'https://contoso.sharepoint.com/sites/team'
const ada: Account = {
  ...{ id: 't.o', username: 'ada@contoso.example', displayName: 'Ada', kind: 'work', store: 'file' },
}
const answer = (
  told: Told,
  caller?: { kind?: Account['kind']; grantedScope?: string; sharingLink?: string },
) => {
  const { kind = 'work', grantedScope = 'Files.ReadWrite.All', sharingLink } = caller ?? {}
  const asked = { method: 'GET', path: '/shares/u!x/driveItem' }
  const who = { account: { ...ada, kind }, grantedScope, sharingLink }
  return answerOf(told, caller ? { ...asked, caller: who } : asked)
}
const check = 'Check that a browser opens it with this account. Then use Share and Copy link there.'

describe('an address that nothing opens', () => {
  it('is told with the words of /shares, and how to get a link', () => {
    expect(cannotOpen(text, answer(missing), true)).toMatchObject({
      ...{ kind: 'not-found', reason: 'no-such-item', code: 'itemNotFound', hint: check },
      message: `This account cannot open "${text}": Not found.`,
    })
    expect(cannotOpen(text, answer({ status: 403 }), true)).toMatchObject({
      ...{ kind: 'not-allowed', reason: 'access-denied', hint: check },
      message: `This account cannot open "${text}".`,
    })
  })

  it('may be looked up by its site with another scope, where there are sites', () => {
    expect(cannotOpen(text, answer(missing, {}), false).hint).toBe(
      `${check}\nOr let od-link look it up by its site: od-link login --account t.o --scope 'User.Read Files.ReadWrite.All Sites.Read.All'`,
    )
    for (const caller of [undefined, { kind: 'personal' as const }, { grantedScope: 'Sites.Read.All' }])
      expect(cannotOpen(text, answer(missing, caller), false).hint).toBe(check)
    expect(cannotOpen(text, answer(missing, {}), true).hint).toBe(check)
  })

  it('that is a sharing link may have to be redeemed', () => {
    const { hint } = cannotOpen(text, answer(missing, { sharingLink: 'https://1drv.ms/f/s!A' }), true)
    expect(hint).toMatch(/^The sharing link may have to be redeemed first: od-link drive add NAME/)
  })

  it.each([
    [400, 'invalidRequest'],
    [401, 'unauthenticated'],
    [403, 'accessDenied'],
    [404, 'itemNotFound'],
    [400, 'invalidResourceId'],
    [400, 'invalidPath'],
    [501, 'notSupported'],
  ])('is meant by %i %s', (status, code) => {
    const { message } = cannotOpen(text, answer({ status, json: { error: { code, message: 'No.' } } }), false)
    expect(message).toBe(`This account cannot open "${text}": No.`)
  })

  it.each([
    [429, 'tooManyRequests'],
    [423, 'resourceLocked'],
    [503, 'serviceNotAvailable'],
  ])('is not meant by %i %s, which is about the drive', (status, code) => {
    const { message } = cannotOpen(text, answer({ status, json: { error: { code, message: 'No.' } } }), false)
    expect(message).not.toContain('cannot open')
  })
})

it('a personal drive cannot be opened by a work account', () => {
  expect(isPersonal('https://1drv.ms/x')).toMatchObject({
    ...{ kind: 'not-allowed', reason: 'access-denied' },
    message:
      '"https://1drv.ms/x" is in a personal OneDrive, which a work account cannot open. Nothing was sent.',
    hint: 'To link a personal account: od-link login --tenant consumers',
    next: [
      {
        intro: 'To link a personal account:',
        verb: 'login',
        flags: { account: undefined, tenant: 'consumers' },
      },
    ],
  })
})
