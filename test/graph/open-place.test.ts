import { afterEach, describe, expect, it } from 'vitest'
import { addDrive } from '../../src/accounts/drives.ts'
import { findAccount } from '../../src/accounts/index.ts'
import { addLink } from '../../src/accounts/links.ts'
import { openPlace, openPlaces } from '../../src/graph/open-place.ts'
import { readPlace } from '../../src/graph/place.ts'
import { startServer, type TestServer } from '../helpers/network/server.ts'
import { recordOf, useOwnSettings } from '../helpers/program/own-settings.ts'

useOwnSettings()
let server: TestServer | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
})

const maxWaitMs = 5_000
const grace = { id: 'contoso.grace', objectId: 'grace', username: 'grace@contoso.example' }
const team = { name: 'Team', id: 'b!D/1', address: 'https://a.example/x', about: 'library Team' }

/** Ada and Grace, of whom Ada is the default account; Grace has a saved drive. */
async function twoPeople(graphOrigin = 'http://localhost:9', drive: object = {}) {
  await addLink(recordOf({ graphOrigin }), undefined)
  await addLink(recordOf({ ...grace, graphOrigin }), 'home')
  await addDrive(findAccount('home'), { ...team, ...drive })
}

const open = (text: string, account?: string) => openPlace(readPlace(text), { maxWaitMs, account })

describe('a path of the own drive', () => {
  it('is opened with the default account, or the one that was chosen, without a request', async () => {
    await twoPeople()
    const place = { drive: '/me/drive', prefix: '', path: ['a', 'b'] }
    const opened = await open('/a/b')
    expect(opened).toMatchObject({ account: { id: 'contoso.ada' } })
    expect([opened.place, opened.sharingLink]).toEqual([place, undefined])
    expect(opened.graph.left()).toBeGreaterThan(maxWaitMs - 1_000)
    expect(await open('/a/b', 'home')).toMatchObject({ account: { id: grace.id }, place })
    await expect(open('/a', 'eve')).rejects.toMatchObject({ kind: 'sign-in', reason: 'unknown-account' })
  })

  it('shares the limit on waiting with all others of its account', async () => {
    await twoPeople()
    const together = openPlaces({ maxWaitMs })
    const [one, other, hers] = await Promise.all(
      ['/a', '/b', 'team:'].map((text) => together(readPlace(text))),
    )
    expect(other?.graph).toBe(one?.graph)
    expect(hers?.graph).not.toBe(one?.graph)
    expect((await together(readPlace('team:/x'))).graph).toBe(hers?.graph)
  })
})

describe('a saved drive', () => {
  it('is opened with the account that it was added with', async () => {
    await twoPeople()
    const { account, place } = await open('team:/2026')
    expect(account.id).toBe(grace.id)
    expect(place).toEqual({
      ...{ drive: '/drives/b!D%2F1', item: undefined, byKeys: undefined },
      ...{ prefix: 'team:', path: ['2026'] },
    })
    expect(await open('team:', 'home')).toMatchObject({ account: { id: grace.id } })
  })

  it('begins at its folder, with keys where its cloud needs them', async () => {
    await twoPeople(undefined, { item: 'I', byKeys: true })
    expect((await open('TEAM:')).place).toMatchObject({ item: 'I', byKeys: true, prefix: 'TEAM:', path: [] })
  })

  it('cannot be used with another account', async () => {
    await twoPeople()
    await expect(open('team:/x', 'ada@contoso.example')).rejects.toMatchObject({
      ...{ kind: 'usage', reason: 'conflicting-options', next: [{ flags: { account: 'home' } }] },
      message:
        'The drive "Team:" was added with grace@contoso.example, and can only be used with that account.',
    })
    await expect(open('other:/x')).rejects.toMatchObject({ reason: 'unknown-drive' })
  })
})

describe('a web address', () => {
  const item = { id: 'I', folder: {}, parentReference: { driveId: 'D' } }
  const nothing = { status: 404, body: { error: { code: 'itemNotFound', message: 'Not found.' } } }

  it('is looked up, with the account that was chosen', async () => {
    server = await startServer(({ url }) =>
      url.includes('/shares/') ? { status: 200, body: item } : nothing,
    )
    await twoPeople(server.origin)
    const address = `${server.origin}/sites/team/Docs`
    const opened = await open(address, 'home')
    expect(opened.account.id).toBe(grace.id)
    expect(opened.place).toEqual({
      ...{ drive: '/drives/D', item: 'I', path: [], byKeys: false },
      prefix: address,
    })
    expect(opened.sharingLink).toBeUndefined()
    // A Graph of one's own is asked whether it needs keys.
    expect(server.seen).toHaveLength(2)
  })

  it('that is a sharing link is told in refusals, and others share its account’s Graph', async () => {
    server = await startServer(({ url }) => {
      if (url.includes('/shares/')) return { status: 200, body: item }
      return url.includes(':/od-link-') ? { status: 200, body: { id: 'I' } } : nothing
    })
    await twoPeople(server.origin)
    const link = `${server.origin}/:f:/s/team/EaBcDeF`
    const together = openPlaces({ maxWaitMs })
    const opened = await together(readPlace(`${link}/2026`))
    expect(opened).toMatchObject({ sharingLink: link, place: { path: ['2026'], byKeys: true } })
    const { asked } = await opened.graph.send({ method: 'GET', path: '/drives/D/items/I' })
    expect(asked.caller?.sharingLink).toBe(link)
    const own = await together(readPlace('/a'))
    expect(own.graph).not.toBe(opened.graph)
    const plain = await together(readPlace(`${server.origin}/sites/team/Docs`))
    expect(plain.graph).toBe(own.graph)
  })
})
