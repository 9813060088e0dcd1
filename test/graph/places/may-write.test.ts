import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { OdLinkError } from '../../../src/errors.ts'
import { mayWrite } from '../../../src/graph/places/may-write.ts'
import { fakeGraph, type Told } from '../../helpers/microsoft/fake-graph.ts'

const place = { drive: '/drives/b!D', item: 'I', prefix: '', path: [] }
const ask = (tell: () => Told) => mayWrite(fakeGraph(tell), place, 'https://graph.microsoft.com')

it('is not known when Graph does not say it, whatever the reason', async () => {
  const unsaid: [() => Told, string][] = [
    [() => ({ status: 423, json: { error: { code: 'resourceLocked', message: 'Locked.' } } }), 'Locked.'],
    [() => failed('service', 'Microsoft is throttling.'), 'Microsoft is throttling.'],
    [() => failed('network', 'The network is unreachable.'), 'The network is unreachable.'],
  ]
  for (const [tell, words] of unsaid)
    expect(await ask(tell)).toEqual({ unknown: expect.stringContaining(words) })
})

it('ends the command when the link itself has ended', async () => {
  await expect(ask(() => failed('sign-in', 'The link has ended.'))).rejects.toMatchObject({ kind: 'sign-in' })
})

it('is known by an upload session that nothing is sent to, for a name that nothing has', async () => {
  const graph = fakeGraph(() => ({ status: 200, json: { uploadUrl: 'http://evil.example/session' } }))
  // What cannot be cancelled expires by itself.
  expect(await mayWrite(graph, place, 'https://graph.microsoft.com')).toEqual({ mayWrite: true })
  expect(graph.asked).toMatchObject([
    {
      method: 'POST',
      path: expect.stringMatching(
        /^\/drives\/b!D\/items\/I:\/od-link-[0-9a-f]{12}\.tmp:\/createUploadSession$/,
      ),
      body: { item: { '@microsoft.graph.conflictBehavior': 'fail' } },
    },
  ])
  expect(await ask(() => ({ status: 403 }))).toEqual({ mayWrite: false })
  expect(await ask(() => ({ status: 404 }))).toEqual({
    unknown: expect.stringMatching(/^Asking whether it can be written to failed/),
  })
})

it('cancels the session, at an address without a token', async () => {
  const heard: string[] = []
  const server = createServer(({ method, url, headers }, response) => {
    heard.push(`${method} ${url} ${headers.authorization ?? 'without a token'}`)
    response.writeHead(204).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const graph = fakeGraph(() => ({ status: 200, json: { uploadUrl: `${origin}/session` } }))
    expect(await mayWrite(graph, place, origin)).toEqual({ mayWrite: true })
    expect(heard).toEqual(['DELETE /session without a token'])
  } finally {
    server.close()
  }
})

it('stops at a bug', async () => {
  const bug = () => {
    throw new TypeError('a bug')
  }
  await expect(ask(bug)).rejects.toThrow('a bug')
})

function failed(kind: 'service' | 'network' | 'sign-in', message: string): never {
  throw new OdLinkError(kind, message)
}
