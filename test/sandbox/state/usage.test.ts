import { expect, it } from 'vitest'
import { ada, control, drive, grace, graph, sandbox, signIn } from '../../helpers/sandbox/client.ts'

it('a limit applies per user, and to each request of a batch', async () => {
  const to = await sandbox()
  const tokens = await Promise.all([ada, grace].map((user) => signIn(to, user)))
  await control(to, 'POST', 'settings', { limit: { units: 7, seconds: 1 } })
  const make = (name: string) => ({
    ...{
      id: name,
      method: 'POST',
      url: '/me/drive/root/children',
      headers: { 'Content-Type': 'application/json' },
    },
    body: { name, folder: {}, '@microsoft.graph.conflictBehavior': 'fail' },
  })
  for (const { access_token: token } of tokens) {
    // Reading an item costs 1 unit, creating one 2.
    expect((await graph(to, token, 'GET', '/me/drive/root')).status).toBe(200)
    const requests = ['a', 'b', 'c', 'd'].map(make)
    const { responses } = (await graph(to, token, 'POST', '/$batch', { requests })).json
    const statuses = responses.map(({ status }: { status: number }) => status)
    expect(statuses.toSorted()).toEqual([201, 201, 201, 429])
    const refused = responses.find(({ status }: { status: number }) => status === 429)
    expect(refused.headers['Retry-After']).toBe('1')
  }
  await new Promise((resolve) => setTimeout(resolve, 1_050))
  expect((await graph(to, tokens[0]?.access_token, 'GET', '/me/drive/root/children')).status).toBe(200)
})

it('without a limit nothing is throttled', async () => {
  const { make } = await drive()
  for (let n = 0; n < 30; n += 1) await make('/me/drive/root/children', `folder ${n}`)
})
