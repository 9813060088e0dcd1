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

  it('are followed by the server’s links, and a delta ends with its link', async () => {
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

  it('are requested while the one before is worked on, and no further ahead', async () => {
    const answers: Record<string, object> = {
      '/a': { value: [1], '@odata.nextLink': `${origin}/v1.0/b` },
      '/b': { value: [2], '@odata.nextLink': `${origin}/v1.0/c` },
      '/c': { value: [3] },
    }
    const graph = fakeGraph((_, { path }) => ok(answers[path] ?? {}))
    const asked: number[] = []
    for await (const _ of readPages(() => graph, readAddress('/a'), {}, origin)) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      asked.push(graph.asked.length)
    }
    expect(asked).toEqual([2, 3, 3])
  })

  it('are given before the failure of the next one is told, to those who still ask for it', async () => {
    const graph = fakeGraph((_, { path }) =>
      path === '/a'
        ? ok({ value: [1], '@odata.nextLink': `${origin}/v1.0/b` })
        : { status: 404, json: { error: { code: 'x', message: 'No.' } } },
    )
    const unhandled: unknown[] = []
    const note = (error: unknown) => unhandled.push(error)
    process.on('unhandledRejection', note)
    for (const goesOn of [true, false]) {
      const pages = readPages(() => graph, readAddress('/a'), {}, origin)
      expect(await pages.next()).toEqual({ done: false, value: [1] })
      await new Promise((resolve) => setTimeout(resolve, 5))
      if (goesOn) await expect(pages.next()).rejects.toMatchObject({ kind: 'not-found' })
      else await pages.return(undefined)
    }
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  it('are one item where there is no list', async () => {
    expect((await all({ '/a': { id: 1, '@odata.deltaLink': 1 } })).items).toEqual([
      [{ id: 1, '@odata.deltaLink': 1 }],
    ])
  })

  it('that link back, or to another host, end with a next step', async () => {
    const circle = { '/a': { value: [], '@odata.nextLink': `${origin}/v1.0/a` } }
    await expect(all(circle)).rejects.toMatchObject({
      kind: 'service',
      message: 'Microsoft Graph links back to a page that was already read.',
      hint: 'Use the ID of the folder instead of its path: /me/drive/items/ID/children',
    })
    const elsewhere = { '/a': { value: [], '@odata.nextLink': 'https://evil.example/v1.0/a' } }
    await expect(all(elsewhere)).rejects.toMatchObject({
      kind: 'service',
      message: 'The link to the next page leads to another host.',
      hint: 'Nothing was sent there: https://evil.example',
    })
  })

  it.each([
    [64 * 1024, undefined],
    [
      64 * 1024 + 1,
      "The link to the next page is too long (64.0 KB; od-link follows up to 64.0 KB). | Request fewer fields: -f '$select=id,name'",
    ],
  ])('are followed by a link of %i characters: %s', async (length, message) => {
    const start = `${origin}/v1.0/`
    const link = start + 'x'.repeat(length - start.length)
    const outcome = await all({ '/a': { value: [], '@odata.nextLink': link } }).catch(
      (error) => `${error.message} | ${error.hint}`,
    )
    if (message === undefined) expect(outcome).toMatchObject({ asked: { length: 2 } })
    else expect(outcome).toBe(message)
  })

  it('are each read as a whole, with a limit', async () => {
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

  it('that are refused are reported with their path', async () => {
    const graph = fakeGraph(() => ({ status: 404, json: { error: { code: 'x', message: 'No.' } } }))
    const first = readPages(() => graph, readAddress('/a?b=1'), {}, origin).next()
    await expect(first).rejects.toMatchObject({
      kind: 'not-found',
      message: expect.stringContaining('GET /a failed (HTTP 404)'),
    })
  })
})
