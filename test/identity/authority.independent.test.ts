import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  browse,
  clientId,
  type IndependentAuthority,
  person,
  startIndependentAuthority,
} from '../helpers/microsoft/independent-authority.ts'
import { waitingLogin } from '../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../helpers/program/world.ts'
import { kept } from '../helpers/program/world-files.ts'

describe('with an authorization server of another maker', () => {
  let authority: IndependentAuthority
  let world: World

  beforeAll(async () => {
    authority = await startIndependentAuthority()
    world = newWorld(undefined, undefined, {
      OD_LINK_AUTHORITY_HOST: authority.origin,
      OD_LINK_GRAPH_HOST: authority.origin,
      OD_LINK_CLIENT_ID: clientId,
    })
  })
  afterAll(async () => {
    world?.remove()
    await authority?.stop()
  })

  it.each(['query', 'form_post'])('login links by %s', async (mode) => {
    const login = await waitingLogin(world, ['--response-mode', mode])
    const last = await browse(login.address)
    expect(last).toMatchObject({ status: 200, page: expect.stringContaining(person.name) })
    const { code, stdout, stderr } = await login.ended
    expect({ code, stderr, errors: authority.errors }).toEqual({ code: 0, stderr: '', errors: [] })
    expect(JSON.parse(stdout.split('\n')[1] ?? '')).toMatchObject({
      event: 'linked',
      account: { id: `${person.tenantId}.${person.objectId}`, username: person.username, kind: 'work' },
    })
  })

  it('token renews the link again and again, though each refresh token works once', async () => {
    const tokens: string[] = []
    for (let time = 0; time < 3; time += 1) {
      const { code, stdout, stderr } = await world.run(['token'])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      tokens.push(stdout)
    }
    expect(new Set(tokens).size).toBe(3)
    const { stdout } = await world.run(['status', '--json'])
    const [{ lastRenewedAt, linkedAt }] = JSON.parse(stdout)
    expect(Date.parse(lastRenewedAt)).toBeGreaterThanOrEqual(Date.parse(linkedAt))
    expect(authority.errors).toEqual([])
  })

  it('several at once do not spend each other’s refresh token', async () => {
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => world.run(['token'])))
    expect(outcomes.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      Array(5).fill({ code: 0, stderr: '' }),
    )
    expect((await world.run(['token'])).code).toBe(0)
    expect(authority.errors).toEqual([])
  })

  it('a person who says no is told so, and the link from before stays', async () => {
    const before = kept(world)
    const login = await waitingLogin(world)
    const answer = new URLSearchParams({ error: 'access_denied', state: login.state, iss: authority.issuer })
    const last = await browse(`${login.redirectUri.origin}/?${answer}`)
    expect(last.page).toContain('OneDrive is not linked')
    const { code, stderr } = await login.ended
    expect({ code, error: JSON.parse(stderr).error.code }).toEqual({ code: 4, error: 'access_denied' })
    expect(kept(world)).toEqual(before)
  })
})
