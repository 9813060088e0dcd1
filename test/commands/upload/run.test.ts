import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { useLinked } from '../../helpers/program/linked.ts'

const mb = 1024 * 1024

describe('od-link upload', () => {
  const at = useLinked()
  let dir: string
  const upload = (...args: string[]) => at.world.run(['upload', ...args], { cwd: dir })
  const content = async (path: string) =>
    Buffer.from(
      await (
        await at.graph('GET', `/me/drive/root:${path.split('/').map(encodeURIComponent).join('/')}:/content`)
      ).arrayBuffer(),
    ).toString()
  const asked = async () =>
    (await at.requests('graph')).map(({ method, path }) => `${method} ${path.split('?')[0]?.slice(14)}`)
  const put = (name: string, text: string | Buffer = `this is ${name}`) =>
    writeFileSync(join(dir, name), text)
  beforeAll(async () => {
    dir = join(at.world.dir, 'here')
    mkdirSync(dir)
    for (const name of ['a.txt', 'b.txt', 'odd ö 日本 #1 & 50%.txt', '-rf']) put(name)
    put('empty', '')
    await at.world.run(['mkdir', '/Reports'])
  })
  beforeEach(async () => {
    await at.calm()
    await at.forgetRequests()
  })

  it('puts a small file into the root by one request, and into a folder by two', async () => {
    expect(await upload('a.txt')).toMatchObject({ code: 0, stdout: '/a.txt\n', stderr: '' })
    expect(await asked()).toEqual(['PUT /root:/a.txt:/content'])
    expect(await content('/a.txt')).toBe('this is a.txt')
    await at.forgetRequests()
    expect(await upload('a.txt', '/Reports/')).toMatchObject({ code: 0, stdout: '/Reports/a.txt\n' })
    expect(await asked()).toEqual(['GET /root:/Reports:', 'PUT /root:/Reports/a.txt:/content'])
  })

  it('takes a folder without its slash, and another name', async () => {
    expect((await upload('b.txt', '/Reports')).stdout).toBe('/Reports/b.txt\n')
    expect((await upload('b.txt', 'Reports/c.txt')).stdout).toBe('/Reports/c.txt\n')
    expect(await content('/Reports/c.txt')).toBe('this is b.txt')
    expect((await upload('odd ö 日本 #1 & 50%.txt')).stdout).toBe('/odd ö 日本 #1 & 50%.txt\n')
    expect(await content('/odd ö 日本 #1 & 50%.txt')).toBe('this is odd ö 日本 #1 & 50%.txt')
    expect((await upload('--', '-rf', '/')).stdout).toBe('/-rf\n')
    expect((await upload('empty')).code).toBe(0)
    expect(await content('/empty')).toBe('')
  })

  it('puts a large file in pieces, and what comes on standard input', async () => {
    const large = randomBytes(11 * mb)
    put('large.bin', large)
    const { code, stdout } = await upload('--json', 'large.bin', '/Reports/')
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      [{ path: '/Reports/large.bin', name: 'large.bin', type: 'file', size: large.length }],
    ])
    expect((await at.requests('content')).map(({ method, status }) => `${method} ${status}`)).toEqual([
      'PUT 202',
      'PUT 201',
    ])
    const piped = await at.world.run(['upload', '-', '/Reports/piped'], { input: 'from a pipe' })
    expect(piped).toMatchObject({ code: 0, stdout: '/Reports/piped\n' })
    expect(await content('/Reports/piped')).toBe('from a pipe')
    expect(await at.world.run(['upload', '-', '/Reports/'], { input: 'x' })).toMatchObject({
      code: 2,
      stdout: '',
    })
  })

  it('does not replace a file unless it is told to', async () => {
    await at.putFile('/taken.txt')
    const refused = await upload('a.txt', '/taken.txt')
    expect(refused).toMatchObject({ code: 3, stdout: '' })
    expect(refused.stderr).toContain('The name is taken: "/taken.txt"')
    expect(refused.stderr).toContain('od-link upload --on-conflict replace a.txt /taken.txt')
    expect(await content('/taken.txt')).toBe('text')
    const renamed = await upload('a.txt', '/taken.txt', '--on-conflict', 'rename')
    expect(renamed).toMatchObject({ code: 0, stdout: '/taken 1.txt\n' })
    expect((await upload('a.txt', '/taken.txt', '--on-conflict', 'replace')).code).toBe(0)
    expect(await content('/taken.txt')).toBe('this is a.txt')
  })

  it('does not create a folder that is missing, unless it is told to', async () => {
    for (const to of ['/Reprots/', '/Reprots/a.txt', '/Reprots/2026/x/']) {
      const { code, stdout, stderr } = await upload('a.txt', to)
      expect([code, stdout]).toEqual([8, ''])
      expect(stderr).toContain('There is no folder "/Reprots')
      expect(stderr).toContain('od-link upload --parents a.txt')
    }
    expect((await at.drive()).filter((path) => path.includes('Reprots'))).toEqual([])
    expect((await upload('-p', 'a.txt', 'b.txt', '/New/2026')).stdout.split('\n').sort()).toEqual([
      '',
      '/New/2026/a.txt',
      '/New/2026/b.txt',
    ])
    expect((await upload('-p', 'a.txt', '/New/2027/other')).stdout).toBe('/New/2027/other\n')
  })

  it('goes on after one of several that fails, and ends with its exit code', async () => {
    await at.putFile('/Reports/taken')
    put('taken')
    put('a:b')
    const { code, stdout, stderr } = await upload(
      'taken',
      'missing',
      'a:b',
      'b.txt',
      '/New/',
      '-p',
      '--jobs',
      '1',
    )
    expect(stdout).toBe('/New/taken\n/New/b.txt\n')
    expect(code).toBe(2)
    expect(stderr).toMatch(/✗ missing: "missing" cannot be read \(no such file\)/)
    expect(stderr).toMatch(/✗ a:b: OneDrive does not accept the name "a:b"/)
    expect(stderr).toContain('2 of 4 files were not uploaded. missing:')
    // The first of the arguments, whichever fails first.
    await at.putFile('/Late/taken')
    await at.weather('/Late/taken', { delayMs: 700 })
    const late = await upload('taken', 'missing', 'b.txt', '/Late/')
    expect([late.code, late.stdout]).toEqual([3, '/Late/b.txt\n'])
    const inJson = await upload('--json', 'taken', 'a.txt', '/Reports', '--jobs', '1')
    expect(inJson.code).toBe(3)
    expect(JSON.parse(inJson.stderr).error).toMatchObject({ kind: 'taken', reason: 'name-taken' })
  })

  it('tells bad names and files before anything is requested, where nothing is left to upload', async () => {
    put('CON.txt')
    for (const files of [['a:b'], ['CON.txt'], ['a:b', 'missing', '-'], [join(dir, 'a:b'), 'CON.txt']]) {
      const { code, stdout } = await upload('-p', ...files, '/Never/here/')
      expect([files, code, stdout]).toEqual([files, 2, ''])
    }
    expect((await upload('CON.txt')).stderr).toContain('the name "CON.txt": it is reserved for a device')
    expect(await at.requests('graph')).toEqual([])
  })

  it('never replaces one of its files by another', async () => {
    mkdirSync(join(dir, 'other'))
    writeFileSync(join(dir, 'other', 'A.TXT'), 'another')
    const twins = ['a.txt', 'other/A.TXT', '/Twins/', '-p']
    const refused = await upload(...twins, '--on-conflict', 'replace')
    expect([refused.code, refused.stdout]).toEqual([3, '/Twins/a.txt\n'])
    expect(refused.stderr).toContain('"other/A.TXT" would get the same name as "a.txt".')
    expect(await content('/Twins/a.txt')).toBe('this is a.txt')
    expect((await upload(...twins, '--on-conflict', 'rename')).code).toBe(0)
    expect((await at.drive()).filter((path) => path.startsWith('/Twins/'))).toHaveLength(3)
    expect((await upload('b.txt', 'b.txt', '/Twins/')).stderr).toContain('"b.txt" was named twice.')
  })

  it('leaves nothing of a large file that changes meanwhile, and can send it again', async () => {
    put('growing', randomBytes(21 * mb))
    await at.weather('createUploadSession', { delayMs: 1_500 })
    const sent = upload('growing', '/Reports/growing')
    setTimeout(() => appendFileSync(join(dir, 'growing'), 'more'), 1_200)
    const { code, stdout, stderr } = await sent
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('"growing" changed during the upload.')
    expect(await at.drive()).not.toContain('/Reports/growing (file)')
    // On a work drive, a session that is left would hold the name.
    expect((await upload('growing', '/Reports/growing')).code).toBe(0)
  })

  it('tells a file of this computer from a destination, and a folder from a file', async () => {
    const two = await upload('a.txt', 'b.txt')
    expect([two.code, await at.requests('graph')]).toEqual([2, []])
    expect(two.stderr).toContain('od-link upload a.txt b.txt /')
    mkdirSync(join(dir, 'folder'))
    const folder = await upload('folder', '/Reports')
    expect(folder.code).toBe(2)
    expect(folder.stderr).toContain('mkdir -0 --from-file -')
    expect((await upload('nowhere', '/Reports')).code).toBe(2)
    expect((await upload('a.txt/x', '/Reports')).code).toBe(2)
    expect((await upload('a.txt', 'b.txt/x')).code).toBe(8)
    expect((await upload('a.txt', 'b.txt', '/taken.txt')).stderr).toContain(
      '"/taken.txt" is a file, not a folder',
    )
    expect((await upload()).code).toBe(2)
    expect((await upload('a.txt', '/', '--jobs', '0')).code).toBe(2)
  })

  it('finds a file whose answer was lost, and sends one again that did not arrive', async () => {
    put('lost')
    await at.weather('PUT /v1.0/me/drive', { lost: true })
    expect(await upload('lost', '/Reports/lost')).toMatchObject({ code: 0, stdout: '/Reports/lost\n' })
    await at.weather('PUT /v1.0/me/drive', { status: 503, headers: { 'retry-after': '0.05' } })
    expect((await upload('lost', '/Reports/late')).code).toBe(0)
    expect(await content('/Reports/late')).toBe('this is lost')
  })

  it('says when something else has arrived, and what SharePoint does to Office files is only a note', async () => {
    const wrong = { id: 'x', name: 'a.txt', size: 13, file: { hashes: { quickXorHash: 'AAAA' } } }
    await at.weather('PUT /v1.0/me/drive', { status: 201, body: wrong })
    const differs = await upload('a.txt', '/Reports/wrong')
    expect([differs.code, differs.stdout]).toEqual([6, ''])
    expect(differs.stderr).toContain('"/Reports/wrong" differs from what was sent')
    expect(differs.stderr).toContain('--on-conflict replace')
    const office = { ...wrong, name: 'a.docx', size: 99 }
    await at.weather('PUT /v1.0/me/drive', { status: 201, body: office })
    const noted = await upload('a.txt', '/Reports/a.docx')
    expect(noted).toMatchObject({ code: 0, stdout: '/Reports/a.docx\n' })
    expect(noted.stderr).toContain('SharePoint changed "/Reports/a.docx"')
  })

  it('waits with all files when one is told to wait, and says so once', async () => {
    const names = Array.from({ length: 12 }, (_, number) => `throttled ${number}`)
    for (const name of names) put(name)
    await at.weather('PUT /v1.0/me/drive', { status: 429, headers: { 'retry-after': '1' } })
    const { code, stderr } = await upload(...names, '/Reports/', '--jobs', '2')
    expect(code).toBe(0)
    expect(stderr.match(/Retrying/g)).toHaveLength(1)
    const times = (await at.requests('graph')).flatMap(({ method, time }) =>
      method === 'PUT' ? [Date.parse(time)] : [],
    )
    const [refused = 0] = times
    expect(times).toHaveLength(13)
    // What was under way already, and perhaps one that began before the refusal was read.
    expect(times.filter((time) => time < refused + 900).length).toBeLessThanOrEqual(3)
  })

  it.each([
    [507, {}, 9],
    [429, { 'retry-after': '3515' }, 6],
  ])('stops at once when nothing more can be uploaded: %i', async (status, headers, exit) => {
    await at.weather('PUT /v1.0/me/drive', { status, headers }, 20)
    const several = ['a.txt', 'b.txt', 'lost', 'taken', '/Reports/']
    const { code, stderr } = await upload(...several, '--jobs', '1', '--on-conflict', 'replace')
    expect(code).toBe(exit)
    expect(stderr).toContain('4 of 4 files were not uploaded')
    expect((await asked()).filter((one) => one.startsWith('PUT'))).toHaveLength(1)
  })
})
