import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { readUsers, startSandbox } from '../../sandbox/index.ts'
import { call, drive, grace, sandbox } from '../helpers/sandbox/client.ts'

function raw(to: { origin: string }, host: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ host, port: new URL(to.origin).port, path: '/', headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
      .on('error', reject)
      .end()
  })
}

const ipv6 = (await call('http://[::1]:1/').catch((error) => error.cause?.code)) === 'ECONNREFUSED'

describe('the server', () => {
  it('answers on 127.0.0.1 and, where there is one, on ::1, at one port', async () => {
    const to = await sandbox()
    const { port } = new URL(to.origin)
    expect(to.origin).toBe(`http://localhost:${port}`)
    expect((await call(`http://127.0.0.1:${port}/`)).status).toBe(200)
    if (ipv6) expect((await call(`http://[::1]:${port}/`)).status).toBe(200)
  })

  it('refuses a Host that is not this machine at this port', async () => {
    const to = await sandbox()
    const { port } = new URL(to.origin)
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      'localhost',
      `localhost.evil.example:${port}`,
      'localhost:1',
    ]) {
      expect(await raw(to, '127.0.0.1', { host }), host).toBe(400)
    }
    expect(await raw(to, '127.0.0.1', { host: `LOCALHOST:${port}` })).toBe(200)
  })

  it('refuses a body over 4 MiB, and speaks no CORS', async () => {
    const { put, to } = await drive()
    expect((await put('/me/drive/root:/a:/content', 'x'.repeat(4 * 1024 * 1024))).status).toBe(201)
    expect((await put('/me/drive/root:/a:/content', 'x'.repeat(4 * 1024 * 1024 + 1))).status).toBe(413)
    const answer = await call(`${to.origin}/common/discovery/v2.0/keys`, {
      headers: { origin: 'http://evil.example' },
    })
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  it('names a port that is taken', async () => {
    const to = await sandbox()
    const port = Number(new URL(to.origin).port)
    await expect(startSandbox({ port })).rejects.toThrow(`Port ${port} is already in use.`)
  })

  it('gives its port back when closed, with requests still open', async () => {
    const to = await startSandbox()
    const open = call(`${to.origin}/`)
    await to.close()
    await open.catch(() => {})
    const port = Number(new URL(to.origin).port)
    const again = await startSandbox({ port })
    await again.close()
  })

  it('shows the drives as a tree, escaped, without a script', async () => {
    const { to, make } = await drive(grace)
    await make('/me/drive/root/children', 'A & B')
    await make('/me/drive/root:/A%20%26%20B:/children', 'inner')
    const page = await call(`${to.origin}/`)
    expect(page.text).toContain('A &#38; B</span><ul>')
    expect(page.headers.get('refresh')).toBe('2')
    expect((await call(`${to.origin}/?still`)).headers.get('refresh')).toBeNull()
    expect(page.text).not.toContain('<script')
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
  })
})

describe('a users file', () => {
  it('gives people who can sign in, with ids that stay the same', async () => {
    const users = readUsers(
      JSON.stringify([
        { username: 'eve@fabrikam.example', name: 'Eve', kind: 'work', moods: { existing: 200 } },
        { username: 'max@outlook.example', name: 'Max', kind: 'personal' },
      ]),
    )
    const first = await drive('eve@fabrikam.example', { users })
    const second = await drive('eve@fabrikam.example', { users })
    const ids = await Promise.all([first, second].map(async ({ get }) => (await get('/me')).json.id))
    expect(ids[0]).toBe(ids[1])
    await first.make('/me/drive/root/children', 'a')
    expect((await first.make('/me/drive/root/children', 'a')).status).toBe(200)
  })

  it.each([
    ['[', 'The users file is not JSON: '],
    ['{}', 'users must be a list.'],
    ['[]', 'users must name at least one user.'],
    ['[3]', 'users[0] must be an object.'],
    ['[{"username":"a@b.c","name":"A"}]', 'users[0].kind is missing.'],
    ['[{"username":"ab","name":"A","kind":"work"}]', 'users[0].username must look like name@domain.example.'],
    ['[{"username":"a@b.c","name":"","kind":"work"}]', 'users[0].name must be a text that is not empty.'],
    ['[{"username":"a@b.c","name":"A","kind":"guest"}]', 'users[0].kind must be "work" or "personal".'],
    ['[{"username":"a@b.c","name":"A","kind":"work","tenant":"x"}]', 'users[0].tenant must be a GUID.'],
    ['[{"username":"a@b.c","name":"A","kind":"work","age":3}]', 'users[0].age is not a known field'],
    [
      '[{"username":"a@b.c","name":"A","kind":"work","moods":{"existing":1}}]',
      'users[0].moods.existing must be 409 or 200.',
    ],
    [
      '[{"username":"a@b.c","name":"A","kind":"work"},{"username":"A@b.c","name":"A","kind":"work"}]',
      'users[1].username is there twice: A@b.c.',
    ],
    [
      '[{"username":"a@b.c","name":"A","kind":"personal","tenant":"11111111-2222-3333-4444-555555555555"}]',
      'users[0].tenant is for work accounts',
    ],
  ])('is refused with a sentence: %s', (file, message) => {
    expect(() => readUsers(file)).toThrow(message)
  })
})
