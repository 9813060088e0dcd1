import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { startSandbox } from '../../../sandbox/index.ts'
import { ada, call, drive, grace, graph, type Json, signIn } from '../../helpers/sandbox/client.ts'

const children = '/me/drive/root/children'
const dir = mkdtempSync(join(tmpdir(), 'od-link-state-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
let files = 0
const newFile = () => join(dir, `state ${++files}.json`)

describe('a state file', () => {
  it('keeps drives between runs: folders, files, ids, dates, properties', async () => {
    const state = newFile()
    for (const username of [ada, grace]) {
      const first = await drive(username, { state })
      await first.make(children, 'Ünï')
      await first.put('/me/drive/root:/Ünï/f.bin:/content', 'hello')
      await first.put('/me/drive/root:/empty:/content', '')
      const fileSystemInfo = {
        createdDateTime: '2001-02-03T04:05:06Z',
        lastModifiedDateTime: '2010-11-12T13:14:15Z',
      }
      const about = { description: 'mine', fileSystemInfo }
      await graph(first.to, first.accessToken, 'PATCH', '/me/drive/root:/empty', about)
      const appFolder = (await first.get('/me/drive/special/approot')).json.id
      const told = async ({ get }: Pick<typeof first, 'get'>) => {
        const paths = ['root', 'root:/Ünï', 'root:/Ünï/f.bin', 'root:/empty']
        const answers = await Promise.all(paths.map((path) => get(`/me/drive/${path}`)))
        // The port is another one in each run.
        return answers.map(
          ({ json: { '@odata.context': _, '@microsoft.graph.downloadUrl': __, webUrl: ___, ...item } }) =>
            item,
        )
      }
      const before = await told(first)
      await first.to.close()

      const second = await drive(username, { state })
      // The cTag of a personal folder starts over; everything else is unchanged.
      const plain = (items: Json[]) => items.map(({ cTag: _, ...item }) => item)
      expect(plain(await told(second))).toEqual(plain(before))
      expect((await second.get('/me/drive/special/approot')).json.id).toBe(appFolder)
      const content = await second.get('/me/drive/root:/Ünï/f.bin:/content')
      expect((await call(content.headers.get('location') ?? '')).text).toBe('hello')
      const fresh = (await second.make(children, 'fresh')).json.id
      expect(JSON.stringify(before)).not.toContain(fresh)
      await second.to.close()
    }
  })

  it('keeps the earlier versions of files, and the recycle bin', async () => {
    const state = newFile()
    const first = await drive(grace, { state })
    for (const text of ['one', 'two', 'three']) await first.put('/me/drive/root:/a/f.txt:/content', text)
    await first.put('/me/drive/root:/b/g.txt:/content', 'old')
    await first.put('/me/drive/root:/b/g.txt:/content', 'newer')
    const ids: Record<string, string> = {}
    for (const path of ['a', 'b', 'b/g.txt', 'a/f.txt'])
      ids[path] = (await first.get(`/me/drive/root:/${path}`)).json.id
    for (const path of ['b/g.txt', 'b']) await first.remove(`/me/drive/root:/${path}`)
    const versions = (await first.get('/me/drive/root:/a/f.txt:/versions')).json.value
    const { quota } = (await first.get('/me/drive')).json
    await first.to.close()

    const { get, post, put } = await drive(grace, { state })
    const restored = (path: string) => post(`/me/drive/items/${ids[path]}/restore`, {})
    const told = (list: Json[]) =>
      list.map(({ id, size, lastModifiedDateTime }) => [id, size, lastModifiedDateTime])
    const now = (await get('/me/drive/root:/a/f.txt:/versions')).json.value
    expect(told(now)).toEqual(told(versions))
    expect(now.map((one: Json) => one.id)).toEqual(['3.0', '2.0', '1.0'])
    const content = await get('/me/drive/root:/a/f.txt:/versions/1.0/content')
    expect((await call(content.headers.get('location') ?? '')).text).toBe('one')
    expect((await put('/me/drive/root:/a/f.txt:/content', 'four')).status).toBe(200)
    expect((await get('/me/drive/root:/a/f.txt:/versions')).json.value[0].id).toBe('4.0')
    expect((await get('/me/drive')).json.quota.deleted).toBe(quota.deleted)
    // The folder first: what was deleted from it finds it again.
    expect((await restored('b/g.txt')).status).toBe(404)
    expect((await restored('b')).status).toBe(200)
    expect((await restored('b/g.txt')).status).toBe(200)
    expect((await get('/me/drive/root:/b/g.txt:/versions')).json.value).toHaveLength(2)
    expect((await restored('b')).status).toBe(404)
  })

  it('is written soon after a change, atomically', async () => {
    const state = newFile()
    const { make } = await drive(ada, { state })
    expect(existsSync(state)).toBe(false)
    await make(children, 'a')
    await expect.poll(() => existsSync(state), { timeout: 5000 }).toBe(true)
    expect(JSON.parse(readFileSync(state, 'utf8')).drives[ada].root.children[0].name).toBe('a')
    await make(children, 'b')
    await wait(1)
    expect(readdirSync(dir).filter((name) => name.startsWith('state') && !name.endsWith('.json'))).toEqual([])
  })

  it('keeps the drives of users who are not served in this run', async () => {
    const state = newFile()
    const first = await drive(grace, { state })
    await first.make(children, 'of grace')
    await first.to.close()
    const users = [{ username: 'eve@fabrikam.example', name: 'Eve', kind: 'work' as const }]
    const second = await drive('eve@fabrikam.example', { state, users })
    await second.make(children, 'of eve')
    await second.to.close()
    expect((await (await drive(grace, { state })).get('/me/drive/root:/of grace')).status).toBe(200)
  })

  it.each([
    ['{', /is damaged and was not changed: .*JSON.* Move it away to start over\.$/],
    ['', /is damaged and was not changed/],
    ['[]', /state must be an object\. Move/],
    ['{"version":2,"drives":{}}', /state\.version must be 1\./],
    ['{"version":1}', /state\.drives is missing\./],
    ['{"version":1,"drives":{"a@b.c":{"lastNumber":1}}}', /drives\["a@b\.c"\]\.root is missing\./],
  ])('that is damaged is refused with a sentence, and not changed: %s', async (text, message) => {
    const state = newFile()
    writeFileSync(state, text)
    await expect(startSandbox({ state })).rejects.toThrow(message)
    expect(readFileSync(state, 'utf8')).toBe(text)
  })

  it('that is damaged deep inside is refused as well', async () => {
    const item = { id: 'x', uniqueId: 'y', name: 'root', created: 1, modified: 1, version: 1 }
    const cases: [object, string][] = [
      [{ ...item, children: [{ ...item, content: '*' }] }, 'root.children[0].content must be base64.'],
      [
        { ...item, children: [{ ...item }] },
        'root.children[0] must have either children or content or remote.',
      ],
      [{ ...item, content: '' }, 'root must be a folder.'],
      [
        {
          ...item,
          children: [
            { ...item, name: 'a', content: '' },
            { ...item, name: 'A', content: '' },
          ],
        },
        'root.children contains the same name twice.',
      ],
    ]
    for (const [root, message] of cases) {
      const state = newFile()
      writeFileSync(state, JSON.stringify({ version: 1, drives: { [ada]: { lastNumber: 1, root } } }))
      await expect(startSandbox({ state })).rejects.toThrow(`state.drives["${ada}"].${message}`)
    }
  })

  it('that cannot be written is reported when the sandbox closes', async () => {
    const state = join(dir, 'nowhere', 'state.json')
    const to = await startSandbox({ state })
    const { access_token } = await signIn(to)
    await graph(to, access_token, 'POST', children, { name: 'a', folder: {} })
    await expect(to.close()).rejects.toThrow(`The state file ${state} cannot be written: `)
  })
})
