import { describe, expect, it } from 'vitest'
import { ada, control, drive, grace, type Json } from '../../helpers/sandbox/client.ts'

const children = '/me/drive/root/children'

async function moody(username: string, moods: object) {
  const person = await drive(username)
  await control(person.to, 'POST', 'settings', { moods: { [username]: moods } })
  return person
}

const at = (name: string) => `/me/drive/root:/${encodeURIComponent(name)}:`
const errorOf = ({ status, json }: Json) => [status, json.error.code, json.error.innerError.code]

describe('similar names on a drive where they conflict', () => {
  const pairs = [
    ['🎸 Music', '🎵 Music'],
    ['Maersk', 'Mærsk'],
    ['𝐅old', 'fold'],
  ] as const

  it.each(pairs)('are refused with 409 and not found with 404: %s, %s', async (first, second) => {
    const { make, get, put, post } = await moody(ada, { similarNames: 'conflicting' })
    expect((await make(children, first)).status).toBe(201)
    expect(errorOf(await make(children, second))).toEqual([409, 'nameAlreadyExists', undefined])
    const missing = await get(at(second))
    expect(errorOf(missing)).toEqual([404, 'itemNotFound', undefined])
    expect(missing.json.error.message).toContain('incompatible with a similar name')
    expect((await make(`${at(second)}/children`, 'a')).json.error.message).toContain('similar name')
    expect((await put(`${at(second)}/content`, 'x')).status).toBe(409)
    expect((await post(`${at(second)}/createUploadSession`, {})).status).toBe(409)
    expect((await get(at(first))).status).toBe(200)
    expect((await make(children, 'another')).status).toBe(201)
  })

  it('have an inner code on a personal drive', async () => {
    const { make, get } = await moody(grace, { similarNames: 'conflicting' })
    await make(children, 'Maersk')
    expect(errorOf(await make(children, 'Mærsk'))).toEqual([
      ...[409, 'nameAlreadyExists', 'similarRelationshipNameAlreadyExists'],
    ])
    expect((await get('/me/drive/root:/nothing:')).json.error.message).not.toContain('similar')
  })

  it('exist side by side on other drives', async () => {
    const { make } = await drive()
    for (const name of pairs.flat()) expect((await make(children, name)).status).toBe(201)
  })
})

describe('an unclosed path on a drive that reads it as a property', () => {
  it('is refused if it ends in photo, or in drive on a personal drive', async () => {
    for (const [username, drives] of [
      [ada, 404],
      [grace, 400],
    ] as const) {
      const { get, make } = await moody(username, { unclosedPaths: 'properties' })
      const { id } = (await make(children, 'Photo')).json
      expect(errorOf(await get('/me/drive/root:/Photo'))).toEqual([400, 'invalidRequest', undefined])
      expect((await get('/me/drive/root:/Photo:')).json.id).toBe(id)
      expect((await get('/me/drive/root:/Photo:/children')).status).toBe(200)
      expect((await get(`/me/drive/items/${id}:/Google%20Drive`)).status).toBe(drives)
      expect((await get(`/me/drive/items/${id}:/Google%20Drive:`)).status).toBe(404)
      expect((await get(`/me/drive/items/${id}`)).status).toBe(200)
    }
  })
})

describe('a path behind an id in a cloud that ignores it', () => {
  it('leads to the item with that id', async () => {
    const { get, make, put } = await moody(ada, { pathsBehindIds: 'ignored' })
    const a = (await make(children, 'A')).json.id
    const b = (await make(`/me/drive/items/${a}/children`, 'B')).json.id
    const astray = await make(`/me/drive/items/${a}:/B:/children`, 'C')
    expect([astray.status, astray.json.parentReference.id]).toEqual([201, a])
    expect((await get(`/me/drive/items/${a}:/B:`)).json.id).toBe(a)
    expect((await get('/me/drive/root:/A/B:')).json.id).toBe(b)
    expect((await get(`/me/drive/items/${a}/children('B')`)).json.id).toBe(b)
    expect((await put(`/me/drive/items/${b}/children('f')/content`, 'x')).status).toBe(201)
    expect((await make(`/me/drive/items/${b}/children`, 'D')).json.parentReference.id).toBe(b)
  })
})
