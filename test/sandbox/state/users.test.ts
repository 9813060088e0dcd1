import { describe, expect, it } from 'vitest'
import { readWorldFile } from '../../../sandbox/index.ts'
import { drive } from '../../helpers/sandbox/client.ts'

describe('a users file', () => {
  it('defines users who can sign in, with stable ids', async () => {
    const { users } = readWorldFile(
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
    ['[', 'The users file is not valid JSON: '],
    ['3', 'The users file must hold a list of users, or an object.'],
    ['{}', 'users is missing.'],
    ['{"users":{}}', 'users must be a list.'],
    ['{"site":[],"users":[]}', 'site is not a known field; these are: users, sites, files'],
    ['[]', 'users must name at least one user.'],
    ['[3]', 'users[0] must be an object.'],
    ['[{"username":"a@b.c","name":"A"}]', 'users[0].kind is missing.'],
    ['[{"username":"ab","name":"A","kind":"work"}]', 'users[0].username must look like name@domain.example.'],
    ['[{"username":"a@b.c","name":"","kind":"work"}]', 'users[0].name must be a non-empty string.'],
    ['[{"username":"a@b.c","name":"A","kind":"guest"}]', 'users[0].kind must be "work" or "personal".'],
    ['[{"username":"a@b.c","name":"A","kind":"work","tenant":"x"}]', 'users[0].tenant must be a GUID.'],
    ['[{"username":"a@b.c","name":"A","kind":"work","age":3}]', 'users[0].age is not a known field'],
    [
      '[{"username":"a@b.c","name":"A","kind":"work","moods":{"existing":1}}]',
      'users[0].moods.existing must be 409 or 200.',
    ],
    [
      '[{"username":"a@b.c","name":"A","kind":"work"},{"username":"A@b.c","name":"A","kind":"work"}]',
      'users[1].username is a duplicate: A@b.c.',
    ],
    [
      '[{"username":"a@b.c","name":"A","kind":"personal","tenant":"11111111-2222-3333-4444-555555555555"}]',
      'users[0].tenant is for work accounts',
    ],
  ])('is refused with a sentence: %s', (file, message) => {
    expect(() => readWorldFile(file)).toThrow(message)
  })
})
