import { expect, it } from 'vitest'
import type { Place } from '../../../src/graph/place.ts'
import { needsKeys } from '../../../src/graph/places/keys.ts'
import { fakeGraph, missing, ok, type Told } from '../../helpers/microsoft/fake-graph.ts'

const folder: Place = { drive: '/drives/D', item: 'I', prefix: 'team:', path: ['a'] }
const own = 'https://graph.contoso.example'

function ask(tell: () => Told, place = folder, origin = own) {
  const graph = fakeGraph(tell)
  return needsKeys(graph, place, origin).then((needed) => ({
    needed,
    asked: graph.asked.map(({ path }) => path),
  }))
}

it.each([
  ['https://graph.microsoft.com', false],
  ['https://graph.microsoft.us', false],
  ['https://microsoftgraph.chinacloudapi.cn', true],
])('is known of %s without a request: %j', async (origin, needed) => {
  expect(await ask(() => missing, folder, origin)).toEqual({ needed, asked: [] })
})

it('does not matter where the path begins at the root', async () => {
  const { item: _, ...root } = folder
  expect(await ask(() => ok({ id: 'I' }), root)).toEqual({ needed: false, asked: [] })
})

it('is asked of a Graph of one’s own, with a name that nothing has, right below the ID', async () => {
  const { needed, asked } = await ask(() => ok({ id: 'I' }))
  expect(needed).toBe(true)
  expect(asked).toEqual([
    expect.stringMatching(/^\/drives\/D\/items\/I:\/od-link-[0-9a-f]{12}:\?\$select=id$/),
  ])
  expect((await ask(() => ok({ id: 'another' }))).needed).toBe(false)
  expect((await ask(() => missing)).needed).toBe(false)
  expect((await ask(() => ({ status: 500, json: { id: 'I' } }))).needed).toBe(false)
})
