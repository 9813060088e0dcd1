import { describe, expect, it } from 'vitest'
import { ada, control, drive, grace } from '../../helpers/sandbox/client.ts'

const children = '/me/drive/root/children'

describe('creating a folder', () => {
  it('answers 201 with a driveItem of a work drive', async () => {
    const { make } = await drive()
    const answer = await make(children, 'Réports')
    expect(answer.status).toBe(201)
    expect(answer.headers.get('content-type')).toBe(
      'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8',
    )
    expect(answer.headers.get('location')).toBeNull()
    expect(answer.json).toMatchObject({
      id: expect.stringMatching(/^01[A-Z2-7]{32}$/),
      name: 'Réports',
      folder: { childCount: 0 },
      size: 0,
      createdDateTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      eTag: expect.stringMatching(/^"\{[0-9A-F-]{36}\},1"$/),
      webUrl: expect.stringMatching(
        /^http:\/\/localhost:\d+\/personal\/ada_contoso_example\/Documents\/R%C3%A9ports$/,
      ),
      parentReference: {
        driveType: 'business',
        driveId: expect.stringMatching(/^b![\w-]{64}$/),
        name: 'root',
      },
    })
    expect(answer.json.cTag).toBeUndefined()
  })

  it('takes the conflict behavior from its address, too', async () => {
    const { post } = await drive()
    const make = (query: string) => post(`${children}?${query}`, { name: 'a', folder: {} })
    expect((await make('@microsoft.graph.conflictBehavior=fail')).status).toBe(201)
    expect((await make('%40microsoft.graph.conflictBehavior=rename')).json.name).toBe('a 1')
    expect((await make('@microsoft.graph.conflictBehavior=x')).status).toBe(400)
  })

  it('answers 201 with a driveItem of a personal drive', async () => {
    const { make, get } = await drive(grace)
    const { status, json, headers } = await make(children, 'Photos')
    expect(status).toBe(201)
    expect(json).toMatchObject({
      id: expect.stringMatching(/^[0-9A-F]{16}!\d+$/),
      createdDateTime: expect.stringMatching(/\.\d{3}Z$/),
      cTag: expect.any(String),
      parentReference: {
        driveType: 'personal',
        driveId: expect.stringMatching(/^[0-9a-f]{16}$/),
        path: '/drive/root:',
      },
    })
    // One version behind, as in reality, and a Location that cannot be opened.
    expect((await get(`/me/drive/items/${json.id}`)).json.eTag).not.toBe(json.eTag)
    expect((await fetch(headers.get('location') ?? '')).status).toBe(404)
  })

  it('works by id, by path, below an item and by the drive’s id', async () => {
    const { make, get } = await drive()
    const { id } = (await make(children, 'a b')).json
    const driveId = (await get('/me/drive')).json.id
    expect((await make(`/me/drive/items/${id}/children`, '1')).status).toBe(201)
    expect((await make('/me/drive/root:/a%20b:/children', '2')).status).toBe(201)
    expect((await make(`/me/drive/items/${id}:/1:/children`, '3')).status).toBe(201)
    expect((await make(`/drives/${driveId}/root:/A%20B/2:/children`, '4')).status).toBe(201)
    expect((await make(`/drives/${driveId}/items/root/children`, '5')).status).toBe(201)
    expect((await get('/me/drive/root:/a%20b/2/4')).json.parentReference.path).toBe(
      `/drives/${driveId}/root:/a b/2`,
    )
  })

  it('answers with only the selected properties', async () => {
    const { make } = await drive()
    const { json } = await make(`${children}?$select=id,name`, 'x')
    expect(Object.keys(json).sort()).toEqual(['@odata.context', 'id', 'name'])
  })

  it('refuses a body that does not describe a folder', async () => {
    const { post } = await drive()
    const folder = { name: 'x', folder: {} }
    const answers = await Promise.all([
      post(children, { name: 'x' }),
      post(children, { folder: {} }),
      post(children, { ...folder, '@microsoft.graph.conflictBehavior': 'overwrite' }),
      post(children, '{"name":'),
      post(children, folder, { 'content-type': 'text/plain' }),
    ])
    expect(answers.map(({ status, json }) => [status, json.error.code])).toEqual([
      [400, 'invalidRequest'],
      [400, 'invalidRequest'],
      [400, 'invalidRequest'],
      [400, 'BadRequest'],
      [415, 'BadRequest'],
    ])
    expect((await post(children, { ...folder, folder: { childCount: 0 } })).status).toBe(201)
  })

  it('needs a parent that exists and is a folder', async () => {
    const { make, put } = await drive()
    expect((await make('/me/drive/root:/no/where:/children', 'x')).json.error.code).toBe('itemNotFound')
    expect((await make('/me/drive/items/nothing/children', 'x')).status).toBe(404)
    await put('/me/drive/root:/file:/content', 'x')
    expect((await make('/me/drive/root:/file:/children', 'x')).json.error.code).toBe('invalidRequest')
    expect((await make('/me/drive/root:/file/below:/children', 'x')).status).toBe(404)
  })

  it('accepts no more folders when the drive is full', async () => {
    const { to, make, get } = await drive()
    await control(to, 'POST', 'settings', { quotaFull: true })
    const answer = await make(children, 'x')
    expect([answer.status, answer.json.error.code]).toEqual([507, 'quotaLimitReached'])
    expect((await get('/me/drive')).json.quota).toMatchObject({ remaining: 0, state: 'exceeded' })
  })
})

describe('a name that is taken', () => {
  const outcomes = async (username: string, moods?: object) => {
    const { to, make, put } = await drive(username)
    if (moods) await control(to, 'POST', 'settings', { moods: { [username]: moods } })
    await make(children, 'Folder')
    await put('/me/drive/root:/File:/content', 'x')
    const found: Record<string, string> = {}
    for (const name of ['folder', 'file']) {
      for (const conflict of ['fail', 'replace', null, 'rename']) {
        const { status, json } = await make(children, name, conflict)
        found[`${name} ${conflict}`] = `${status} ${json.error?.code ?? json.name}`
      }
    }
    return found
  }
  const taken = '409 nameAlreadyExists'

  it('is a conflict on a work drive, except with rename', async () => {
    expect(await outcomes(ada)).toEqual({
      'folder fail': taken,
      'folder replace': taken,
      'folder null': taken,
      'folder rename': '201 folder 1',
      'file fail': taken,
      'file replace': taken,
      'file null': taken,
      'file rename': '201 file 1',
    })
  })

  it('returns the existing folder on a personal drive, unless asked to fail', async () => {
    expect(await outcomes(grace)).toMatchObject({
      'folder fail': taken,
      'folder replace': '200 Folder',
      'folder null': '200 Folder',
      'folder rename': '201 folder 1',
      'file fail': taken,
      'file replace': taken,
    })
  })

  it('always returns the existing folder with another mood, but never a file', async () => {
    expect(await outcomes(grace, { existing: 200 })).toMatchObject({
      'folder fail': '200 Folder',
      'folder replace': '200 Folder',
      'folder rename': '200 Folder',
      'file fail': taken,
    })
  })

  it('counts up until a number is free', async () => {
    const { make } = await drive()
    const names = []
    for (let count = 0; count < 3; count++)
      names.push((await make(children, 'New Folder', 'rename')).json.name)
    expect(names).toEqual(['New Folder', 'New Folder 1', 'New Folder 2'])
  })

  it('is compared without case and Unicode form', async () => {
    const { make } = await drive()
    expect((await make(children, 'Café'.normalize('NFC'))).status).toBe(201)
    expect((await make(children, 'CAFÉ'.normalize('NFD'))).status).toBe(409)
    expect((await make(children, '\u732a')).status).toBe(201)
    expect((await make(children, '\ufa16')).status).toBe(409)
  })

  it('creates missing parents with another mood, as spelled in the path', async () => {
    const { to, make } = await drive(grace)
    await control(to, 'POST', 'settings', { moods: { [grace]: { missingParents: 'made' } } })
    expect((await make('/me/drive/root:/one/two:/children', 'three')).status).toBe(201)
    expect((await control(to, 'GET', `drive?username=${grace}`)).json.children[0].children[0]).toEqual({
      name: 'two',
      folder: true,
      children: [{ name: 'three', folder: true, children: [] }],
    })
  })
})

describe('a name that OneDrive refuses', () => {
  const refused: [string, string][] = [
    ['', 'invalidPath'],
    ...[...'"*:<>?/\\|\u0007'].map((character): [string, string] => [
      `a${character}b`,
      'nameContainsInvalidCharacters',
    ]),
    ['\ud800', 'nameContainsInvalidCharacters'],
    [' a', 'nameContainsInvalidCharacters'],
    ['a ', 'nameContainsInvalidCharacters'],
    ['a.', 'nameContainsInvalidCharacters'],
    ['..', 'nameContainsInvalidCharacters'],
    ['.lock', 'invalidPath'],
    ['Desktop.ini', 'invalidPath'],
    ['con', 'invalidPath'],
    ['LPT9.txt', 'invalidPath'],
    ['a_vti_b', 'invalidPath'],
    ['~$a', 'invalidPath'],
    ['~a', 'invalidPath'],
    ['Forms', 'invalidPath'],
    ['x'.repeat(256), 'pathIsTooLong'],
  ]

  it.each(refused)('%j', async (name, inner) => {
    const { make } = await drive()
    const { status, json } = await make(children, name)
    expect([status, json.error.code, json.error.innerError.code]).toEqual([400, 'invalidRequest', inner])
  })

  it('may be allowed elsewhere: deeper, on a personal drive, or with newer rules', async () => {
    const work = await drive()
    await work.make(children, 'a')
    expect((await work.make('/me/drive/root:/a:/children', 'forms')).status).toBe(201)
    for (const name of [
      'a#b',
      '100%',
      'a%20b',
      'a+b',
      "it's",
      '.hidden',
      'conquest',
      'com10',
      'x'.repeat(255),
    ]) {
      const made = await work.make(children, name)
      expect([made.status, made.json.name]).toEqual([201, name])
      expect((await work.get(`/me/drive/root:/${encodeURIComponent(name)}`)).json.id).toBe(made.json.id)
    }
    const personal = await drive(grace)
    for (const name of ['~a', 'Forms']) expect((await personal.make(children, name)).status).toBe(201)
  })

  it('may make the path too long', async () => {
    const { make } = await drive(grace)
    const long = 'x'.repeat(200)
    expect((await make(children, long)).status).toBe(201)
    expect((await make(`/me/drive/root:/${long}:/children`, 'y'.repeat(198))).status).toBe(201)
    expect(
      (await make(`/me/drive/root:/${long}:/children`, 'y'.repeat(199))).json.error.innerError.code,
    ).toBe('pathIsTooLong')
  })
})

it('a file facet creates an empty file, with the same conflict behavior', async () => {
  for (const username of [ada, grace]) {
    const { post } = await drive(username)
    const create = (conflict?: string, more = {}) =>
      post('/me/drive/root/children', {
        ...{ name: 'a.txt', file: {}, ...more },
        ...(conflict ? { '@microsoft.graph.conflictBehavior': conflict } : {}),
      })
    expect((await create()).json).toMatchObject({ name: 'a.txt', size: 0, file: { mimeType: 'text/plain' } })
    expect((await create('fail')).status).toBe(409)
    expect((await create('rename')).json.name).toBe('a 1.txt')
    expect((await create('replace')).status).toBe(200)
    const fromUrl = await create('rename', { '@microsoft.graph.sourceUrl': 'https://contoso.example/a' })
    expect([fromUrl.status, fromUrl.json.error.code]).toEqual([501, 'notInSandbox'])
  }
})
