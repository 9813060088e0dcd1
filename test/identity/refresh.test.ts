import { afterEach, describe, expect, it } from 'vitest'
import { startPatience } from '../../src/http/retry.ts'
import { refreshTokens } from '../../src/identity/refresh.ts'
import { type Answer, startServer, type TestServer } from '../helpers/network/server.ts'
import { recordOf } from '../helpers/program/own-settings.ts'

let server: TestServer
afterEach(() => server?.stop())

/** A sign-in service that gives these answers in turn, and the last one for ever. */
async function answering(...answers: Answer[]): Promise<URL> {
  let at = -1
  server = await startServer(() => {
    at = Math.min(at + 1, answers.length - 1)
    return answers[at] as Answer
  })
  return new URL(`${server.origin}/common/oauth2/v2.0/token`)
}

const record = (tokenEndpoint: string) =>
  recordOf({
    registration: { clientId: '12-ab', tenant: 'common' },
    tokenEndpoint,
    refreshToken: 'old+refresh/token',
    grantedScope: 'Files.ReadWrite.All',
  })
const answer = {
  token_type: 'Bearer',
  access_token: 'new',
  expires_in: 3600,
  refresh_token: 'newer',
  scope: 'User.Read',
}
async function renew(
  body: unknown,
  { claims, secret, status = 200 }: { claims?: string; secret?: string; status?: number } = {},
) {
  const { href } = await answering({ status, body })
  const link = record(href)
  if (secret !== undefined) link.registration.clientSecret = secret
  return refreshTokens(link, claims, startPatience(5_000))
}
const sent = () => Object.fromEntries(new URLSearchParams(server.seen[0]?.body))

describe('a renewal', () => {
  it('sends the refresh token alone, in a POST, and brings new tokens', async () => {
    const before = Date.now()
    const renewed = await renew(answer)
    expect(renewed).toEqual({
      accessToken: 'new',
      refreshToken: 'newer',
      grantedScope: 'User.Read',
      expiresAt: expect.any(Number),
    })
    expect(renewed.expiresAt - before).toBeGreaterThanOrEqual(3_600_000)
    expect(renewed.expiresAt - Date.now()).toBeLessThanOrEqual(3_600_000)
    expect(sent()).toEqual({
      client_id: '12-ab',
      grant_type: 'refresh_token',
      refresh_token: 'old+refresh/token',
    })
    expect(server.seen[0]).toMatchObject({ method: 'POST', url: '/common/oauth2/v2.0/token' })
  })

  it('sends the secret and the claims where there are some', async () => {
    await renew(answer, { claims: '{"a":1}', secret: 'hush' })
    expect(sent()).toMatchObject({ client_secret: 'hush', claims: '{"a":1}' })
  })

  it.each([
    [
      'no refresh token, keeps the old one',
      { refresh_token: undefined },
      { refreshToken: 'old+refresh/token' },
    ],
    [
      'an empty refresh token, keeps the old one',
      { refresh_token: '' },
      { refreshToken: 'old+refresh/token' },
    ],
    [
      'the same refresh token again, keeps it',
      { refresh_token: 'old+refresh/token' },
      { refreshToken: 'old+refresh/token' },
    ],
    ['null, keeps the old one', { refresh_token: null }, { refreshToken: 'old+refresh/token' }],
    ['no scope, keeps what was granted', { scope: undefined }, { grantedScope: 'Files.ReadWrite.All' }],
    ['an id_token that is none, does not mind', { id_token: 'no.token' }, { accessToken: 'new' }],
  ])('that brings %s', async (_, change, expected) => {
    expect(await renew({ ...answer, ...change })).toMatchObject(expected)
  })

  it('without a lifetime is good for now', async () => {
    const { expiresAt } = await renew({ ...answer, expires_in: undefined })
    expect(Math.abs(expiresAt - Date.now())).toBeLessThan(2_000)
  })

  it('is read as JSON whatever it calls itself', async () => {
    const { href } = await answering({ status: 200, headers: { 'content-type': 'text/html' }, body: answer })
    expect(await refreshTokens(record(href), undefined, startPatience(5_000))).toMatchObject({
      accessToken: 'new',
    })
  })

  it.each([
    ['no access token', 200, { ...answer, access_token: undefined }],
    ['no news', 304, ''],
    ['a redirect', 302, ''],
  ])('that brings %s cannot be trusted', async (_, status, body) => {
    await expect(renew(body, { status })).rejects.toMatchObject({
      kind: 'service',
      message: expect.stringMatching(/^The response of the sign-in service cannot be trusted: .+\.$/),
      hint: "Check this machine's clock, and whether a proxy changes responses.\nThen try again.",
      cause: expect.any(Error),
    })
  })

  it.each([
    ['a page', 200, '<html>Hello</html>'],
    ['nothing', 204, ''],
  ])('that brings %s was answered by something in between', async (_, status, body) => {
    await expect(renew(body, { status })).rejects.toMatchObject({
      kind: 'service',
      message: `Microsoft's sign-in service sent an unreadable response (HTTP ${status}).`,
      hint: "Check whether a proxy or the network's sign-in page is in between.\nThen try again.",
    })
  })

  it('that an administrator has to approve brings a letter about this app', async () => {
    const refused = renew({ error: 'invalid_grant', error_description: 'AADSTS90094: No.' }, { status: 400 })
    await expect(refused).rejects.toMatchObject({
      kind: 'sign-in',
      hint: expect.stringMatching(/^Ask for less[\s\S]*client_id=12-ab/),
    })
  })

  it.each([
    ['a page', 'text/html', '<html>', 'content-type must be application/json'],
    ['half an answer', 'application/json', '{"error":', 'unexpected HTTP status code'],
  ])('that is refused by %s tells what is wrong with that', async (_, type, body, what) => {
    const { href } = await answering({ status: 400, headers: { 'content-type': type }, body })
    await expect(refreshTokens(record(href), undefined, startPatience(5_000))).rejects.toMatchObject({
      kind: 'service',
      message: expect.stringContaining(what),
    })
  })

  it('that brings nothing new is told as that', async () => {
    await expect(renew('', { status: 304 })).rejects.toMatchObject({
      message: expect.stringMatching(/cannot be trusted: (?!unexpected format)/),
    })
  })

  it('whose refusal repeats what was sent does not show it', async () => {
    const secret = 'the/secret+x'
    const both = ['old+refresh/token', 'old%2Brefresh%2Ftoken', secret, encodeURIComponent(secret)].join(
      ' and ',
    )
    const refused = renew(
      { error: 'invalid_grant', error_description: `You sent ${both}`, suberror: 7 },
      { status: 400, secret },
    )
    await expect(refused).rejects.toMatchObject({
      kind: 'sign-in',
      message: 'Microsoft answered: You sent … and … and … and …',
      cause: { suberror: 7 },
    })
  })
})
