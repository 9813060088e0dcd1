import { afterEach, describe, expect, it } from 'vitest'
import { readLink } from '../../../src/accounts/index.ts'
import { addLink } from '../../../src/accounts/links.ts'
import { openTokens } from '../../../src/graph/bulk/tokens.ts'
import {
  type Answer,
  closedPort,
  type Request,
  startServer,
  type TestServer,
} from '../../helpers/network/server.ts'
import { recordOf, useOwnSettings } from '../../helpers/program/own-settings.ts'

useOwnSettings()
let server: TestServer
afterEach(() => server?.stop())

/** A server that is Graph and the sign-in service; Graph gives these answers in turn, and then always the last. */
async function answering(...answers: Answer[]) {
  let [at, tokens] = [0, 0]
  server = await startServer(({ url }: Request) => {
    if (!url.endsWith('/token')) return answers[Math.min(at++, answers.length - 1)] as Answer
    tokens += 1
    return {
      status: 200,
      body: { token_type: 'Bearer', access_token: `renewed-${tokens}`, expires_in: 3600 },
    }
  })
  return addLink(
    recordOf({ graphOrigin: server.origin, tokenEndpoint: `${server.origin}/common/token` }),
    undefined,
  )
}
const good: Answer = { status: 200, body: { id: 'x' } }

describe('the token of a long run', () => {
  const minute = 60_000

  it('is read once, and renewed for all that were refused with it', async () => {
    const tokens = openTokens(await answering(good), 5_000)
    const [one, other] = await Promise.all([tokens.current(), tokens.current()])
    expect([one.accessToken, other.accessToken]).toEqual(['a-token', 'a-token'])
    const renewals = [tokens.renew(one, undefined), tokens.renew(other, undefined)]
    await new Promise(setImmediate)
    expect((await tokens.current()).accessToken).toBe('renewed-1')
    await Promise.all(renewals)
    await tokens.renew(one, undefined)
    expect(server.seen).toHaveLength(1)
    const renewed = await tokens.current()
    expect([tokens.isSecond(one), tokens.isSecond(renewed)]).toEqual([false, true])
    tokens.accepted(one)
    expect(tokens.isSecond(renewed)).toBe(true)
    tokens.accepted(renewed)
    expect(tokens.isSecond(renewed)).toBe(false)
  })

  it('is renewed in its last twelfth, while the old one is used', async () => {
    const account = await answering(good)
    const link = await readLink(account)
    const now = Date.now()
    const startWith = async (past: number, left: number) => {
      const times = { lastRenewedAt: now - past * minute, expiresAt: now + left * minute }
      await addLink({ ...link, ...times }, undefined)
      return openTokens(account, 5_000)
    }
    const usual = await startWith(54, 6)
    expect([(await usual.current()).accessToken, (await usual.current()).accessToken]).toEqual([
      'a-token',
      'a-token',
    ])
    const late = await startWith(56, 4)
    // It comes from the store, where it would have been renewed: so it was read before its last twelfth.
    expect((await late.current()).accessToken).toBe('renewed-1')
    expect(server.seen).toHaveLength(1)
  })

  it('that has expired is renewed before anything is sent', async () => {
    const account = await answering(good)
    const link = await readLink(account)
    await addLink({ ...link, expiresAt: Date.now() - 1 }, undefined)
    expect((await openTokens(account, 5_000).current()).accessToken).toBe('renewed-1')
  })

  it('that cannot be renewed is an error', async () => {
    const account = await addLink(
      recordOf({ expiresAt: 0, tokenEndpoint: `http://localhost:${await closedPort()}/x` }),
      undefined,
    )
    await expect(openTokens(account, 5_000).current()).rejects.toMatchObject({ kind: 'network' })
  })
})
