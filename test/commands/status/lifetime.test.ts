import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { localTime } from '../../../src/text/format.ts'
import { changeRecord, useLinked } from '../../helpers/program/linked.ts'
import { rowOf, statusOf } from '../../helpers/program/status.ts'
import { link } from '../../helpers/program/waiting-login.ts'
import { kept, putBack } from '../../helpers/program/world-files.ts'

const at = useLinked()
/** Where one account is linked, and nothing has been refused. */
let linked: Record<string, string>
beforeAll(() => {
  linked = kept(at.world)
})
beforeEach(async () => {
  putBack(at.world, linked)
  await at.calm()
  await at.forgetRequests()
})

const status = (...flags: string[]) => statusOf(at.world, ...flags)

/** The next renewal is answered with this. */
const refused = (body: object) => at.weather('/token', { status: 400, body })
const frequency = (time: string) => ({
  error: 'invalid_grant',
  error_description: `AADSTS70043: The refresh token has expired or is invalid due to sign-in frequency checks by conditional access. The token was issued on 2026-11-01T14:42:14.4711064Z and the maximum allowed lifetime for this request is ${time}.\r\nTrace ID: 39de2a28-2749-4a6e-8aeb-f05d97ad0701`,
  error_codes: [70043],
  suberror: 'token_expired',
})

describe('what Microsoft said when it ended a link', () => {
  it('is shown by plain status, with the claim dropped that the next command renews it', async () => {
    changeRecord(at.world, { expiresAt: Date.now() - 60_000 })
    await refused({ error: 'invalid_grant', error_description: 'AADSTS50173: Revoked.' })
    expect((await at.world.run(['mkdir', '/', 'ended'])).code).toBe(4)
    const { code, stdout, stderr } = await at.world.run(['status'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(rowOf(stdout, 'ended')).toMatch(
      /^\d{4}-\S+ \d\d:\d\d: The password was changed or the sign-in was revoked\.$/,
    )
    expect(stdout).toMatch(/^\S+ · work account · default · ended$/m)
    expect(rowOf(stdout, 'next')).toBe('od-link login --account ada@contoso.example')
    expect(rowOf(stdout, 'token')).toBeUndefined()
    expect(rowOf(stdout, 'if unused')).toBeUndefined()
    // Microsoft may change its mind: nothing but another refusal is believed for ever.
    expect((await at.world.run(['mkdir', '/', 'ended'])).code).toBe(0)
    expect(await status()).toMatchObject({ ended: null, unusedUntil: expect.stringMatching(/^\d{4}-/) })
  })

  it('of the sign-in frequency (AADSTS70043) outlives the next login', async () => {
    await refused(frequency('604800'))
    expect(await status('--check')).toMatchObject({ code: 4, signInEverySeconds: 604_800, signInBy: null })
    await link(at.world)
    const { signInBy, unusedUntil, linkedAt, ended } = await status()
    expect({ ended, unusedUntil }).toEqual({ ended: null, unusedUntil: signInBy })
    expect(Date.parse(signInBy) - Date.parse(linkedAt)).toBe(604_800_000)
    const { stdout } = await at.world.run(['status'])
    expect(rowOf(stdout, 'sign in')).toBe(
      `required every 7 days (the organisation's rule), next by ${localTime(Date.parse(signInBy))}`,
    )
    expect(rowOf(stdout, 'if unused')).toBeUndefined()
  })

  it('holds no more once a link was renewed beyond it', async () => {
    await refused(frequency('3600'))
    await status('--check')
    const dayAgo = Date.now() - 86_400_000
    changeRecord(at.world, { linkedAt: dayAgo, lastRenewedAt: dayAgo })
    const due = (await at.world.run(['status'])).stdout
    expect(rowOf(due, 'sign in')).toMatch(
      /^required every hour \(the organisation's rule\), due since \d{4}-/,
    )
    expect(await status('--check')).toMatchObject({
      works: true,
      signInEverySeconds: null,
    })
  })

  const usual = /^expires on \d{4}-\S+ \(90 days after the last renewal\)$/
  const described = (error_description: unknown) => ({ error: 'invalid_grant', error_description })
  const inactive =
    'AADSTS700082: The refresh token has expired due to inactivity. The token was issued on 2026-04-13T16:27:38.9140000Z and was inactive for 14.00:00:00.'
  const singlePage =
    'AADSTS700084: The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 1.00:00:00, which cannot be extended.'
  it.each([
    [
      'a time span',
      frequency('7.00:00:00'),
      'sign in',
      /^required every 7 days \(the organisation's rule\), next by/,
    ],
    ['no time', frequency('{time}'), 'if unused', usual],
    ['a negative time', frequency('-5'), 'if unused', usual],
    ['no time at all', frequency('0'), 'if unused', usual],
    ['eternity', frequency('9'.repeat(40)), 'if unused', usual],
    ['no text', { ...described({ no: 'text' }), error_codes: [70043] }, 'if unused', usual],
    [
      '14 idle days',
      described(inactive),
      'if unused',
      /^expires on \d{4}-\S+ \(14 days after the last renewal\)$/,
    ],
    [
      'a single-page app',
      described(singlePage),
      'sign in',
      /^required every day \(Microsoft's rule for single-page app/,
    ],
  ])('is read tolerantly: %s', async (_, body, row, words) => {
    await refused(body)
    await status('--check')
    await link(at.world)
    const { code, stdout } = await at.world.run(['status'])
    expect(code).toBe(0)
    expect(rowOf(stdout, row)).toMatch(words)
  })

  it('says of a link that was unused for too long that it should have expired, and how to check', async () => {
    const longAgo = Date.now() - 91 * 86_400_000
    changeRecord(at.world, { linkedAt: longAgo, lastRenewedAt: longAgo })
    const { code, stdout } = await at.world.run(['status'])
    expect(code).toBe(0)
    expect(rowOf(stdout, 'unused')).toMatch(/^should have expired on \d{4}-\S+ \(90 days .*status --check$/)
  })
})
