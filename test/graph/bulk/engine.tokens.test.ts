import { describe, expect, it, vi } from 'vitest'
import { Limiter } from '../../../src/graph/bulk/limiter.ts'
import {
  answered,
  create,
  done,
  flat,
  linkTo,
  serve,
  useBatchServers,
  wholly,
} from '../../helpers/microsoft/batch-server.ts'
import type { Answer, TestServer } from '../../helpers/network/server.ts'

useBatchServers()

describe('a token that is refused', () => {
  const renewed = (name: string): Answer => ({
    status: 200,
    body: { token_type: 'Bearer', access_token: name, expires_in: 3600, refresh_token: 'r' },
  })
  /** A sign-in service, whose tokens are `t1`, `t2` and so on. */
  const signIn = () => serve((_, number) => renewed(`t${number}`))
  const sentWith = (server: TestServer) => server.seen.map(({ headers }) => headers.authorization?.slice(7))
  const claims = '{"access_token":{"nbf":1}}'
  const challenge = {
    'www-authenticate': `Bearer error="x", claims="${Buffer.from(claims).toString('base64')}"`,
  }

  it('in the middle of a batch is renewed once, with the claims of the challenge, and the rest goes on', async () => {
    const graph = await serve((request, number) =>
      answered(request, (asked) =>
        number === 2 && asked.id !== '1'
          ? { id: asked.id, status: 401, body: {}, headers: challenge }
          : done(asked),
      ),
    )
    const at = await signIn()
    const { told } = await create(flat(3), [await linkTo(graph, { tokenEndpoint: `${at.origin}/token` })])
    expect(told()).toEqual(['created /n0', 'created /n1', 'created /n2'])
    expect(sentWith(graph)).toEqual(['a-token', 'a-token', 't1'])
    expect(at.seen.map(({ body }) => new URLSearchParams(body).get('claims'))).toEqual([claims])
  })

  it('and accepted for a while is renewed again', async () => {
    const graph = await serve((request, number) =>
      number === 1 || number === 3 ? wholly(401) : answered(request),
    )
    const at = await signIn()
    const { told } = await create(flat(3), [await linkTo(graph, { tokenEndpoint: `${at.origin}/token` })])
    expect(told()).toHaveLength(3)
    expect(sentWith(graph)).toEqual(['a-token', 't1', 't1', 't2'])
    expect(at.seen).toHaveLength(2)
  })

  /** Waits are a hundredth as long. @returns the milliseconds of each. */
  function shortenPauses(): number[] {
    const pauses: number[] = []
    const { stopFor } = Limiter.prototype
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    vi.spyOn(Limiter.prototype, 'stopFor').mockImplementation(function (this: Limiter, ms) {
      if (ms > 0) pauses.push(ms)
      stopFor.call(this, ms / 100)
    })
    return pauses
  }

  it('although it was renewed just now makes the run wait, and go on with the same one', async () => {
    const graph = await serve((request, number) =>
      number > 1 && number < 5 ? wholly(401) : answered(request),
    )
    const at = await signIn()
    const pauses = shortenPauses()
    const { told } = await create(flat(2), [await linkTo(graph, { tokenEndpoint: `${at.origin}/token` })])
    expect(told()).toEqual(['created /n0', 'created /n1'])
    expect(sentWith(graph)).toEqual(['a-token', 'a-token', 't1', 't1', 't1'])
    expect(at.seen).toHaveLength(1)
    expect(pauses).toEqual([500, 1_000])
  })

  it('again and again although it was renewed just now ends the run, and not the link', async () => {
    const graph = await serve(() => wholly(401))
    const at = await signIn()
    const pauses = shortenPauses()
    const account = await linkTo(graph, { tokenEndpoint: `${at.origin}/token` })
    const { settled } = await create(['/a'], [account])
    expect(settled[0]).toMatchObject({
      status: 'skipped',
      error: {
        kind: 'service',
        reason: 'token-refused',
        message: 'Microsoft Graph does not accept a token issued just now: No.',
        next: ['Try again in a few minutes.', { verb: 'login', flags: { account: account.username } }],
      },
    })
    expect(sentWith(graph)).toEqual(['a-token', ...Array(5).fill('t1')])
    expect(at.seen).toHaveLength(1)
    // It ends with the fifth refusal; the wait after that is not waited for.
    expect(pauses.slice(0, 4)).toEqual([500, 1_000, 2_000, 4_000])
  })

  it('with a challenge although it was renewed just now needs a new sign-in', async () => {
    const graph = await serve((_, number) =>
      number === 2 ? wholly(429, { 'retry-after': '0.01' }) : wholly(401, challenge),
    )
    const at = await signIn()
    const account = await linkTo(graph, { tokenEndpoint: `${at.origin}/token` })
    const { settled } = await create(['/a'], [account])
    expect(settled[0]).toMatchObject({
      status: 'skipped',
      error: {
        kind: 'sign-in',
        reason: 'token-refused',
        message: 'Microsoft Graph no longer accepts this link: No.',
        next: [{ verb: 'login', flags: { account: account.username } }],
      },
    })
    expect(sentWith(graph)).toEqual(['a-token', 't1', 't1'])
    expect(at.seen).toHaveLength(1)
  })

  it('and cannot be renewed ends only the run of this account', async () => {
    const graph = await serve((request) =>
      request.headers.authorization === 'Bearer a-token' ? wholly(401) : answered(request),
    )
    const at = await serve(() => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'AADSTS50173: Revoked.' },
    }))
    const tokenEndpoint = `${at.origin}/token`
    const ada = await linkTo(graph, { tokenEndpoint })
    const bob = await linkTo(graph, {
      tokenEndpoint,
      id: 'contoso.bob',
      objectId: 'bob',
      accessToken: 'good',
    })
    const { settled, told } = await create(['/a'], [ada, bob])
    expect(settled.find(({ of }) => of === ada.id)?.error).toMatchObject({
      kind: 'sign-in',
      code: 'AADSTS50173',
    })
    expect(told(bob.id)).toEqual(['created /a'])
  })
})
