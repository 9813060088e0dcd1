import { spawn } from 'node:child_process'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { useLinked } from '../../helpers/program/linked.ts'
import { node, program } from '../../helpers/program/od-link.ts'

describe('od-link ls', () => {
  const at = useLinked()
  const ls = (...args: string[]) => at.world.run(['ls', ...args])
  const lines = (text: string) => text.trimEnd().split('\n')
  beforeAll(async () => {
    await at.world.run(['mkdir', '-p', '/Reports/2026'])
    await at.world.run(['mkdir', '/Empty'])
    await at.putFile('/Reports/odd ö 日本 #1 & 50%.txt')
    await at.putFile('/notes.txt')
  })
  beforeEach(async () => {
    await at.calm()
    await at.forgetRequests()
  })

  it('prints a name a line, folders with a slash, by one request', async () => {
    expect(await ls('/Reports')).toMatchObject({
      code: 0,
      stdout: '2026/\nodd ö 日本 #1 & 50%.txt\n',
      stderr: '',
    })
    expect((await at.requests('graph')).map(({ method, path }) => `${method} ${path.split('?')[0]}`)).toEqual(
      ['GET /v1.0/me/drive/root:/Reports:/children'],
    )
    const root = await ls()
    expect(lines(root.stdout)).toEqual(expect.arrayContaining(['Reports/', 'Empty/', 'notes.txt']))
    expect((await ls('/')).stdout).toBe(root.stdout)
    expect((await ls('Reports/')).stdout).toBe((await ls('/Reports')).stdout)
  })

  it('prints nothing of an empty folder, and the path of a file', async () => {
    expect(await ls('/Empty')).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(await ls('/notes.txt')).toMatchObject({ code: 0, stdout: '/notes.txt\n', stderr: '' })
  })

  it('shows size, local time and name with -l', async () => {
    const { stdout } = await ls('-l', '/notes.txt')
    expect(stdout).toMatch(/^ {3}4 bytes {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}\/notes\.txt\n$/)
    expect((await ls('-l', '/Reports')).stdout).toMatch(/^ {3}0 bytes {2}\S+ \S+ {2}2026\/$/m)
  })

  it('gives each of several folders a heading, and goes on after one that is missing', async () => {
    const { code, stdout, stderr } = await ls('/Reports', '/nowhere', '/notes.txt', '/Empty')
    expect(code).toBe(8)
    expect(stdout).toBe('/Reports:\n2026/\nodd ö 日本 #1 & 50%.txt\n/notes.txt\n\n/Empty:\n')
    expect(stderr).toContain('There is nothing at "/nowhere"')
    expect(stderr).toContain('od-link ls /')
  })

  it('prints one array of items with --json, whatever fails', async () => {
    const { code, stdout, stderr } = await ls('--json', '/Reports', '/nowhere')
    const items = JSON.parse(stdout)
    expect(code).toBe(8)
    expect(items).toMatchObject([
      { path: '/Reports/2026', name: '2026', type: 'folder', size: 0 },
      { path: '/Reports/odd ö 日本 #1 & 50%.txt', type: 'file', size: 4 },
    ])
    expect(items[1].modified).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(items[1].webUrl).toMatch(/^https?:/)
    expect(JSON.parse(stderr).error).toMatchObject({ kind: 'not-found', exitCode: 8 })
    expect(JSON.parse((await ls('--json', '/Empty')).stdout)).toEqual([])
    // An empty part before others, and in between.
    const several = await ls('--json', '/Empty', '/Reports', '/Empty', '/notes.txt')
    expect(JSON.parse(several.stdout)).toHaveLength(3)
  })

  it('goes on to the last page, and prints each as it comes', async () => {
    const list = Array.from({ length: 2_500 }, (_, index) => `/Many/n${String(index).padStart(4, '0')}`)
    await at.world.run(['mkdir', '--from-file', '-'], { input: list.join('\n') })
    await at.forgetRequests()
    const { stdout } = await ls('/Many')
    expect(lines(stdout)).toEqual(list.map((path) => `${path.slice('/Many/'.length)}/`))
    expect(await at.requests('graph')).toHaveLength(3)
    await at.forgetRequests()
    const line = `'${node}' '${program}' ls /Many | head -1; echo "\${PIPESTATUS[0]}"`
    const env = { PATH: '/usr/bin:/bin', ...at.world.env }
    const shell = spawn('bash', ['-c', line], { env })
    let told = ''
    for await (const chunk of shell.stdout) told += chunk
    expect(told).toBe('n0000/\n0\n')
  })

  it('prints the pages before one that is refused, and then the refusal', async () => {
    const link = `${at.world.env.OD_LINK_GRAPH_HOST}/v1.0/me/drive/items/gone/children`
    const body = { value: [{ id: 'a', name: 'first', file: {} }], '@odata.nextLink': link }
    await at.weather('GET /v1.0/me/drive/root:/Reports:/children', { status: 200, body }, 1)
    const { code, stdout, stderr } = await ls('/Reports')
    expect([code, stdout]).toEqual([8, 'first\n'])
    expect(stderr).toContain('Listing "/Reports"')
  })

  it('refuses what is wrong before anything is sent', async () => {
    expect((await ls('/a*b')).code).toBe(2)
    expect((await ls('/notes.txt', 'C:\\x')).code).toBe(2)
    expect(await at.requests('graph')).toEqual([])
  })

  it('shows neither a name that cannot be one, nor one that would move the cursor', async () => {
    const value = [
      { id: 'a', name: '../x', file: {}, size: 1 },
      { id: 'b', name: 'x\u202Etxt.exe', file: {}, size: 1 },
      { id: 'c', name: 'a\u001b[2Jb', file: {}, size: 1 },
      { id: 'd', name: 'fine', folder: {}, size: -1, lastModifiedDateTime: 'soon' },
    ]
    await at.weather('GET /v1.0/me/drive/root:/Reports:/children', { status: 200, body: { value } }, 2)
    const { code, stdout, stderr } = await ls('-l', '/Reports')
    expect(code).toBe(0)
    expect(lines(stdout).map((line) => line.slice(30))).toEqual(['xtxt.exe', 'fine/'])
    expect(stderr).toContain('2 items have a name that cannot be shown')
    expect(
      JSON.parse((await ls('--json', '/Reports')).stdout).map(({ name }: { name: string }) => name),
    ).toEqual([null, 'x\u202Etxt.exe', null, 'fine'])
  })

  it('says how to go on when the folder list is refused', async () => {
    await at.weather('GET /v1.0/me/drive/root:/Reports', { status: 403 }, 2)
    const { code, stdout, stderr } = await ls('/Reports')
    expect([code, stdout]).toEqual([9, ''])
    expect(stderr).toContain('Listing "/Reports" is not allowed')
  })
})
