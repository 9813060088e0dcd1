import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { readAddress } from '../../../src/graph/api/address.ts'
import { readPages } from '../../../src/graph/api/pages.ts'
import { fakeGraph, ok } from '../../helpers/microsoft/fake-graph.ts'

describe('the pages of a list', () => {
  const origin = 'https://graph.microsoft.com'
  const all = async (answers: Record<string, object>, first = '/a') => {
    const graph = fakeGraph((_, { path }) => ok(answers[path] ?? {}))
    const items: unknown[][] = []
    for await (const page of readPages(() => graph, readAddress(first), { prefer: 'x' }, origin))
      items.push(page)
    return { items, asked: graph.asked.map(({ version, path, headers }) => [version, path, headers?.prefer]) }
  }

  it('are followed as the server says, and a delta ends with its link', async () => {
    const answers = {
      '/a': { value: [1, 2], '@odata.nextLink': `${origin}/beta/b?c=%24` },
      '/b?c=%24': { value: [], '@odata.deltaLink': `${origin}/v1.0/d` },
    }
    expect(await all(answers)).toEqual({
      items: [[1, 2], [{ '@odata.deltaLink': `${origin}/v1.0/d` }]],
      asked: [
        ['/v1.0', '/a', 'x'],
        ['/beta', '/b?c=%24', 'x'],
      ],
    })
  })

  it('are one item where there is no list', async () => {
    expect((await all({ '/a': { id: 1, '@odata.deltaLink': 1 } })).items).toEqual([
      [{ id: 1, '@odata.deltaLink': 1 }],
    ])
  })

  it('that lead in a circle, or elsewhere, end with what to do', async () => {
    const circle = { '/a': { value: [], '@odata.nextLink': `${origin}/v1.0/a` } }
    await expect(all(circle)).rejects.toMatchObject({
      kind: 'service',
      message: 'Microsoft Graph leads back to a page that was there already.',
      hint: 'Ask by the id of the folder in place of its path: /me/drive/items/ID/children',
    })
    const elsewhere = { '/a': { value: [], '@odata.nextLink': 'https://evil.example/v1.0/a' } }
    await expect(all(elsewhere)).rejects.toMatchObject({
      kind: 'service',
      message: 'Microsoft Graph names a next page that is not its own.',
      hint: 'Nothing was sent there: https://evil.example',
    })
  })

  it('are read as a whole, with a bound', async () => {
    const large = 'x'.repeat(3_000_000)
    let read: unknown
    const graph = fakeGraph(async (_, { streams }) => {
      read = await streams?.take?.(
        Readable.from([Buffer.from(large)]) as IncomingMessage,
        () => {},
        'the token',
      )
      return ok({ value: [] })
    })
    await readPages(() => graph, readAddress('/a'), {}, origin).next()
    expect(read).toBe(large)
  })

  it('that are refused are told by their address', async () => {
    const graph = fakeGraph(() => ({ status: 404, json: { error: { code: 'x', message: 'No.' } } }))
    const first = readPages(() => graph, readAddress('/a?b=1'), {}, origin).next()
    await expect(first).rejects.toMatchObject({
      kind: 'not-found',
      message: expect.stringContaining('GET /a (HTTP 404)'),
    })
  })
})
