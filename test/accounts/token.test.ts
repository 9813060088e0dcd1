import { readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Account } from '../../src/accounts/account.ts'
import { listAccounts, readLink, withLinkLock, writeLink } from '../../src/accounts/index.ts'
import { addLink } from '../../src/accounts/links.ts'
import { accessToken } from '../../src/accounts/token.ts'
import type { OdLinkError } from '../../src/errors.ts'
import { startPatience } from '../../src/http/retry.ts'
import type { LinkRecord } from '../../src/identity/link.ts'
import { type Answer, startServer, type TestServer } from '../helpers/network/server.ts'
import { recordOf, useOwnSettings } from '../helpers/program/own-settings.ts'

const own = useOwnSettings()
let server: TestServer | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
  delete process.env.OD_LINK_ON_SIGNIN_NEEDED
})

const answer = { token_type: 'Bearer', access_token: 'newer', expires_in: 3600, refresh_token: 'newer-too' }
const refusal = { error: 'invalid_grant', error_description: 'AADSTS50173: Revoked.' }

/** A link at a sign-in service that answers so; the last answer holds for ever. */
async function linkAt(answers: Answer[], change: Partial<LinkRecord> = {}): Promise<Account> {
  let at = 0
  server = await startServer(() => answers[Math.min(at++, answers.length - 1)] as Answer)
  const tokenEndpoint = `${server.origin}/common/oauth2/v2.0/token`
  return addLink(recordOf({ tokenEndpoint, lastRenewedAt: Date.now() - 10_000, ...change }), undefined)
}
const good: Answer = { status: 200, body: answer }
const refused: Answer = { status: 400, body: refusal }
const trouble: Answer = { status: 503, headers: { 'retry-after': '0.01' } }
const inMs = (ms: number) => ({ expiresAt: Date.now() + ms })
const asked = () => server?.seen.length

describe('the token of a link', () => {
  it.each([
    ['more than five minutes', 310_000, 'a-token', 0],
    ['less than five minutes', 290_000, 'newer', 1],
    ['nothing', -1, 'newer', 1],
  ])('with %s left', async (_, left, token, requests) => {
    const account = await linkAt([good], inMs(left))
    expect((await accessToken(account)).accessToken).toBe(token)
    expect(asked()).toBe(requests)
  })

  it('is saved with all else as it was', async () => {
    const account = await linkAt([good], inMs(0))
    const before = await readLink(account)
    const renewed = await accessToken(account)
    expect(renewed).toEqual({
      ...before,
      accessToken: 'newer',
      refreshToken: 'newer-too',
      expiresAt: expect.any(Number),
      lastRenewedAt: expect.any(Number),
    })
    expect(renewed.lastRenewedAt).toBeGreaterThan(before.lastRenewedAt)
    expect(await readLink(account)).toEqual(renewed)
  })

  it('that was refused is renewed however fresh it seems, with the claims that were asked for', async () => {
    const account = await linkAt([good])
    const { accessToken: token } = await accessToken(account, { refused: 'a-token', claims: '{"a":1}' })
    expect(token).toBe('newer')
    expect(new URLSearchParams(server?.seen[0]?.body).get('claims')).toBe('{"a":1}')
    // Somebody else's refusal, which is past.
    expect((await accessToken(account, { refused: 'a-token' })).accessToken).toBe('newer')
    expect(asked()).toBe(1)
  })

  it('is renewed once by all who need it at a time', async () => {
    const account = await linkAt([{ status: 200, body: { ...answer, expires_in: 60 } }], inMs(0))
    const tokens = await Promise.all([1, 2, 3].map(() => accessToken(account)))
    expect(tokens.map((record) => record.accessToken)).toEqual(['newer', 'newer', 'newer'])
    expect(asked()).toBe(1)
    // Of a short life: the next command asks for another.
    await accessToken(account)
    expect(asked()).toBe(2)
  })

  it('that somebody renewed meanwhile is not asked for again, unless it is the refused one', async () => {
    const account = await linkAt([good], inMs(0))
    const renewed = { ...(await readLink(account)), accessToken: 'by another', ...inMs(60_000) }
    let waiting: Promise<LinkRecord> | undefined
    await withLinkLock(account.id, async () => {
      waiting = accessToken(account, { refused: 'a-token' })
      await new Promise((resolve) => setTimeout(resolve, 60))
      await writeLink(account, { ...renewed, lastRenewedAt: Date.now() })
    })
    expect((await waiting)?.accessToken).toBe('by another')
    expect(asked()).toBe(0)
    await accessToken(account, { refused: 'by another' })
    expect(asked()).toBe(1)
  })

  it('that is fresh waits for nobody who holds the link', async () => {
    const account = await linkAt([good])
    await withLinkLock(account.id, async () => {
      const { accessToken: token } = await accessToken(account, { patience: startPatience(0) })
      expect(token).toBe('a-token')
    })
  })

  it('that was refused is renewed although it was saved by a clock that has been set back since', async () => {
    const account = await linkAt([good], { lastRenewedAt: Date.now() + 60_000 })
    expect((await accessToken(account, { refused: 'a-token' })).accessToken).toBe('newer')
  })
})

describe.runIf(process.platform === 'linux')('in a place that cannot be written to', () => {
  /** A folder in which even root makes nothing. */
  const closed = '/sys'
  const closedLink = async (left: number) => {
    const account = await linkAt([good], inMs(left))
    rmSync(join(own.dir, 'locks'), { recursive: true })
    symlinkSync(closed, join(own.dir, 'locks'))
    return account
  }

  it.each([
    ['a token with some time left serves', 60_000, {}],
    ['a token that a check would renew serves', 60_000, { refused: 'a-token', isCheck: true }],
  ])('%s', async (_, left, options) => {
    const account = await closedLink(left)
    expect((await accessToken(account, options)).accessToken).toBe('a-token')
    expect(asked()).toBe(0)
  })

  it.each([
    ['that has ended', -1_000, {}, /^expired at 2\d{3}-\d\d-\d\dT[\d:.]+Z$/],
    ['that is about to end', 9_000, {}, /^can no longer be used$/],
    ['that was refused', 60_000, { refused: 'a-token' }, /^can no longer be used$/],
    [
      'that a check would renew, about to end',
      9_000,
      { refused: 'a-token', isCheck: true },
      /^can no longer be used$/,
    ],
  ])('a token %s does not, and Microsoft is not asked', async (_, left, options, state) => {
    const account = await closedLink(left)
    const error: OdLinkError = await accessToken(account, options).then(
      () => expect.unreachable(),
      (error) => error,
    )
    const [, told] =
      /^The token of ada@contoso\.example (.*)\. It cannot be renewed, because /.exec(error.message) ?? []
    expect(told).toMatch(state)
    expect(error).toMatchObject({
      kind: 'keychain',
      message: expect.stringMatching(/because the link cannot be saved \((EPERM|EROFS|EACCES)\)\.$/),
      hint: `Make ${own.dir} writable.\nOr sign in again where the link was created, and mount it again.`,
      cause: expect.objectContaining({ kind: 'usage' }),
    })
    expect(asked()).toBe(0)
  })
})

describe('while the sign-in service is in trouble', () => {
  it.each([
    ['a token with some time left serves', 60_000, {}, 'a-token'],
    ['a token without time left does not', 9_000, {}, undefined],
    ['a token that was refused does not', 60_000, { refused: 'a-token' }, undefined],
  ])('%s', async (_, left, options, token) => {
    const account = await linkAt([trouble], inMs(left))
    const before = await readLink(account)
    const got = accessToken(account, options)
    if (token) expect((await got).accessToken).toBe(token)
    else await expect(got).rejects.toMatchObject({ kind: 'service' })
    expect(await readLink(account)).toEqual(before)
    // The link has not ended: only Microsoft's own word ends it.
    expect(listAccounts()[0]).not.toHaveProperty('ended')
  })

  it('or out of reach, it is the same', async () => {
    const account = await linkAt([good], { ...inMs(60_000), tokenEndpoint: 'http://localhost:9/token' })
    expect((await accessToken(account)).accessToken).toBe('a-token')
    await expect(accessToken(account, { refused: 'a-token' })).rejects.toMatchObject({ kind: 'network' })
  })

  it('it is not waited for longer than there is patience', async () => {
    const account = await linkAt([{ status: 503, headers: { 'retry-after': '100' } }], inMs(0))
    await expect(accessToken(account, { patience: startPatience(3_000) })).rejects.toMatchObject({
      kind: 'service',
    })
    expect(asked()).toBe(1)
  })
})

describe('a link that Microsoft ends', () => {
  it('is told with the reason, noted, and left as it is', async () => {
    const account = await linkAt([refused], inMs(60_000))
    const before = await readLink(account)
    await expect(accessToken(account)).rejects.toMatchObject({ kind: 'sign-in', code: 'AADSTS50173' })
    expect(await readLink(account)).toEqual(before)
    expect(listAccounts()[0]?.ended).toMatchObject({ code: 'AADSTS50173', renewedAt: before.lastRenewedAt })
  })

  it('is believed only of the newest refresh token', async () => {
    const account = await linkAt([refused, good], inMs(0))
    const record = await readLink(account)
    await server?.stop()
    let requests = 0
    server = await startServer(async () => {
      requests += 1
      if (requests > 1) return good
      await writeLink(account, {
        ...record,
        tokenEndpoint: String(server?.origin),
        refreshToken: 'of a login',
      })
      return refused
    })
    await writeLink(account, { ...record, tokenEndpoint: server.origin })
    expect((await accessToken(account)).accessToken).toBe('newer')
    expect(new URLSearchParams(server.seen[1]?.body).get('refresh_token')).toBe('of a login')
    expect(listAccounts()[0]).not.toHaveProperty('ended')
  })

  it('runs the person’s command, once', async () => {
    const account = await linkAt([refused], inMs(0))
    const note = join(own.dir, 'note')
    process.env.OD_LINK_ON_SIGNIN_NEEDED = `echo "$OD_LINK_ACCOUNT: $OD_LINK_REASON" >> '${note}'`
    await expect(accessToken(account)).rejects.toMatchObject({ kind: 'sign-in' })
    await expect(accessToken(account)).rejects.toMatchObject({ kind: 'sign-in' })
    expect(readFileSync(note, 'utf8')).toBe(
      'ada@contoso.example: The password was changed or the sign-in was revoked.\n',
    )
  })
})
