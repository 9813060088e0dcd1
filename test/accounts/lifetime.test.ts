import { describe, expect, it } from 'vitest'
import type { Account } from '../../src/accounts/account.ts'
import { changeAccount, listAccounts } from '../../src/accounts/index.ts'
import { lifetimeOf, markEnded } from '../../src/accounts/lifetime.ts'
import { addLink } from '../../src/accounts/links.ts'
import { OdLinkError } from '../../src/errors.ts'
import { recordOf, useOwnSettings } from '../helpers/program/own-settings.ts'

useOwnSettings()
const day = 86_400_000
const [linkedAt, lastRenewedAt] = [Date.parse('2026-01-01T00:00:00Z'), Date.parse('2026-01-03T00:00:00Z')]
const record = recordOf({ linkedAt, lastRenewedAt })
const account: Account = {
  id: record.id,
  username: record.username,
  displayName: record.displayName,
  kind: 'work',
  store: 'file',
}
const end = { at: 1, code: 'AADSTS50173', reason: 'Revoked.', renewedAt: lastRenewedAt }

describe('the life of a link', () => {
  it('is 90 days without use, where nothing else is known', () => {
    expect(lifetimeOf(account, record)).toEqual({
      end: undefined,
      unused: { until: lastRenewedAt + 90 * day, seconds: 7_776_000 },
      signIn: undefined,
    })
  })

  it('without use is what a refusal told', () => {
    const { unused } = lifetimeOf({ ...account, taught: { AADSTS700082: 86_400 } }, record)
    expect(unused).toEqual({ until: lastRenewedAt + day, seconds: 86_400 })
  })

  it.each([
    [{ AADSTS70043: 604_800 }, { everySeconds: 604_800, by: linkedAt + 7 * day, whose: 'organisation' }],
    [
      { AADSTS700084: 259_200 },
      { everySeconds: 259_200, by: linkedAt + 3 * day, whose: 'single-page application' },
    ],
    [
      { AADSTS70043: 604_800, AADSTS700084: 259_200 },
      { everySeconds: 604_800, by: linkedAt + 7 * day, whose: 'organisation' },
    ],
    [{ AADSTS70043: 172_800 }, { everySeconds: 172_800, by: linkedAt + 2 * day, whose: 'organisation' }],
  ])('ends by a rule that a refusal told: %j', (taught, signIn) => {
    expect(lifetimeOf({ ...account, taught }, record).signIn).toEqual(signIn)
  })

  it('is not bound by a rule that it has outlived', () => {
    expect(lifetimeOf({ ...account, taught: { AADSTS70043: 172_799 } }, record).signIn).toBeUndefined()
  })

  it('has ended where the refusal was of this very renewal', () => {
    expect(lifetimeOf({ ...account, ended: end }, record).end).toEqual(end)
    expect(lifetimeOf({ ...account, ended: { ...end, renewedAt: linkedAt } }, record).end).toBeUndefined()
  })
})

describe('the end of a link', () => {
  const refusal = (change: object = {}) =>
    new OdLinkError('sign-in', 'Revoked.', { code: 'AADSTS50173', ...change })

  it('is noted once, with the reason', async () => {
    const linked = await addLink(record, undefined)
    const before = Date.now()
    expect(await markEnded(linked, record, refusal())).toBe(true)
    const [noted] = listAccounts()
    expect(noted?.ended).toEqual({ ...end, at: expect.any(Number) })
    expect(noted?.ended?.at).toBeGreaterThanOrEqual(before)
    expect(noted).not.toHaveProperty('taught')
    expect(await markEnded(linked, record, refusal())).toBe(false)
  })

  it('is news of each link, whatever is known of others', async () => {
    const [first, second] = [record, { ...record, id: 'consumers.grace', objectId: 'grace' }]
    expect(await markEnded(await addLink(first, undefined), first, refusal())).toBe(true)
    expect(await markEnded(await addLink(second, undefined), second, refusal())).toBe(true)
    expect(listAccounts().map(({ ended }) => ended?.renewedAt)).toEqual([lastRenewedAt, lastRenewedAt])
  })

  it('is news again after the link was renewed', async () => {
    const linked = await addLink(record, undefined)
    await markEnded(linked, record, refusal())
    expect(await markEnded(linked, { ...record, lastRenewedAt: 7 }, refusal({ code: undefined }))).toBe(true)
    expect(listAccounts()[0]?.ended).toMatchObject({ renewedAt: 7, code: null })
  })

  it('adds to what earlier ones taught', async () => {
    const linked = await addLink(record, undefined)
    await changeAccount(linked.id, (known) => {
      known.taught = { AADSTS700082: 86_400 }
    })
    const cause = { error_description: 'the maximum allowed lifetime for this request is 3600' }
    await markEnded(linked, record, refusal({ code: 'AADSTS70043', cause }))
    expect(listAccounts()[0]?.taught).toEqual({ AADSTS700082: 86_400, AADSTS70043: 3_600 })
  })

  it('of an account that is gone is noted nowhere', async () => {
    expect(await markEnded(account, record, refusal())).toBe(true)
    expect(listAccounts()).toEqual([])
  })

  it('is told even where it cannot be noted', async () => {
    const linked = await addLink(record, undefined)
    process.env.OD_LINK_CONFIG_DIR = '/dev/null/nowhere'
    expect(await markEnded(linked, record, refusal())).toBe(true)
  })
})
