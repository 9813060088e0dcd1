import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ada, library, usePlaces } from '../../helpers/microsoft/place-world.ts'
import { foldersSeen } from '../../helpers/terminal/shell.ts'

const places = usePlaces()
const run = (...args: string[]) => places.world.run(args)
const graphRequests = async () =>
  (await places.requests('graph')).map(({ method, path }) => `${method} ${path.split('?')[0]}`)
let general: { webUrl: string; driveId: string; itemId: string }

beforeAll(async () => {
  general = await places.inLibrary('/General')
  await places.arrange('shortcut', { username: ada, at: '/Team', to: { in: library, path: '/General' } })
  await places.arrange('shortcut', { username: ada, at: '/Lost', dangling: true })
  await run('drive', 'add', 'team', general.webUrl)
})
beforeEach(() => places.forgetRequests())

describe('od-link mkdir in a saved drive', () => {
  it('takes one request, and prints the path as it was typed', async () => {
    expect(await run('mkdir', 'team:/2026')).toMatchObject({ code: 0, stdout: 'team:/2026\n' })
    expect(await graphRequests()).toEqual([
      `POST /v1.0/drives/${general.driveId}/items/${general.itemId}/children`,
    ])
    const json = await run('mkdir', '--json', '-p', 'team:/2026/Q1')
    expect(JSON.parse(json.stdout)).toMatchObject([{ path: 'team:/2026/Q1', created: true }])
  })

  it('has the conflict choices, parents and names of the own drive', async () => {
    expect(await run('mkdir', 'team:', 'a', 'b')).toMatchObject({ code: 0, stdout: 'team:/a\nteam:/b\n' })
    expect(await run('mkdir', '--on-conflict', 'rename', 'team:/a')).toMatchObject({ stdout: 'team:/a 1\n' })
    const taken = await run('mkdir', 'team:/a')
    expect(taken).toMatchObject({ code: 3, stdout: '' })
    expect(taken.stderr).toContain('od-link mkdir --on-conflict reuse team:/a')
    const missing = await run('mkdir', 'team:/none/x')
    expect(missing).toMatchObject({ code: 8 })
    expect(missing.stderr).toContain('There is no folder "team:/none".')
    expect(missing.stderr).toContain('od-link mkdir -p team:/none/x')
    expect(await run('mkdir', 'team:')).toMatchObject({ code: 2 })
  })
})

describe('od-link mkdir at a web address', () => {
  it('creates there what does not exist yet, and prints addresses that can be typed again', async () => {
    const first = await run('mkdir', general.webUrl, 'by address')
    expect(first).toMatchObject({ code: 0, stdout: `${general.webUrl}/by%20address\n` })
    const again = await run('mkdir', '-p', `${first.stdout.trim()}/deeper/x`)
    expect(again).toMatchObject({ code: 0, stdout: `${general.webUrl}/by%20address/deeper/x\n` })
    expect(await run('mkdir', again.stdout.trim())).toMatchObject({ code: 3 })
    expect(await run('mkdir', '-p', again.stdout.trim())).toMatchObject({ code: 0, stdout: again.stdout })
  })

  it('of another host is refused before anything is sent', async () => {
    const { code, stderr } = await run('mkdir', 'https://contoso.sharepoint.com.evil.example/x', 'y')
    expect({ code, requests: await graphRequests() }).toEqual({ code: 2, requests: [] })
    expect(stderr).toContain('Nothing was sent.')
  })
})

describe('od-link mkdir through a shortcut', () => {
  it.each([
    [['/Team/new'], '/Team/new'],
    [['-p', '/Team/new/deep/er'], '/Team/new/deep/er'],
    [['/Team', 'c', 'd'], '/Team/c\n/Team/d'],
    [['-p', '/Team'], '/Team'],
  ])('%j goes on in the drive that it leads to', async (args, path) => {
    expect(await run('mkdir', ...args)).toMatchObject({ code: 0, stdout: `${path}\n` })
  })

  it('says that the folder is gone', async () => {
    for (const args of [['/Lost/x'], ['-p', '/Lost/x']]) {
      const { code, stderr } = await run('mkdir', ...args)
      expect(code).toBe(8)
      expect(stderr).toContain('"/Lost" is a shortcut to a folder that no longer exists')
    }
  })
})

describe('od-link mkdir --from-file', () => {
  const many = (list: string, ...args: string[]) =>
    places.world.run(['mkdir', '--from-file', '-', '--quiet', ...args], { input: list })
  const sorted = ({ stdout }: { stdout: string }) => stdout.trim().split('\n').sort()

  it('creates a list in a saved drive, and looks at nothing above it', async () => {
    const done = await many('x\nx/y\n/z\n', 'team:/List')
    expect(done.code).toBe(0)
    expect(sorted(done)).toEqual(['team:/List/x', 'team:/List/x/y', 'team:/List/z'])
    const { driveId, itemId } = general
    const inBatches = (await places.requests())
      .map(({ path }) => path)
      .filter((path) => path.includes('children'))
    expect(inBatches.filter((path) => !path.includes('items/') || path.includes('/root'))).toEqual([])
    const answer = await places.graph('GET', `/drives/${driveId}/items/${itemId}:/List/x/y:`)
    expect(answer.status).toBe(200)
    const dry = await many('x\n', '--dry-run', 'team:')
    expect(dry.stdout).toBe('team:/x\n')
  })

  it('creates a list at an address', async () => {
    const done = await many('p\np/q\n', `${general.webUrl}/Not/yet`)
    expect(sorted(done)).toEqual([`${general.webUrl}/Not/yet/p`, `${general.webUrl}/Not/yet/p/q`])
  })

  it('creates nothing for a list without a valid line, not even what the address names', async () => {
    const nowhere = `${general.webUrl}/Nowhere/yet`
    for (const [list, ...flags] of [[''], ['\n\n'], ['a|b\n', '--skip-invalid']] as [string, ...string[]][])
      expect(await many(list, ...flags, nowhere)).toMatchObject({ code: 0, stdout: '' })
    expect((await many('', 'https://contoso.sharepoint.com.evil.example/x')).code).toBe(2)
    expect(await graphRequests()).toEqual([])
    expect((await many('.\n', nowhere)).code).toBe(0)
    expect((await run('ls', nowhere)).code).toBe(0)
  })

  it('goes on through shortcuts, and says which ones lead nowhere', async () => {
    const done = await many('/Team/l/m\n/Team/l/n\n/Own/o\n/Lost/p\n')
    expect(done.code).toBe(8)
    expect(sorted(done)).toEqual(['/Own/o', '/Team/l/m', '/Team/l/n'])
    expect(done.stderr).toMatch(/^Missing:\n\/Lost\/p$/m)
    expect(done.stderr).toContain('It is a shortcut to a folder that no longer exists')
    const { driveId, itemId } = general
    expect((await places.graph('GET', `/drives/${driveId}/items/${itemId}:/l/m:`)).status).toBe(200)
    expect(await many('/Team/l/m\n')).toMatchObject({ code: 0, stdout: '/Team/l/m\n' })
  })

  it('belongs to one account in a saved drive', async () => {
    for (const flags of [['--all-accounts'], ['--account', ada, '--account', 'x']]) {
      const { code, stderr } = await many('a\n', ...flags, 'team:')
      expect(code).toBe(2)
      expect(stderr).toContain('"team:" belongs to one account')
    }
  })
})

describe('Tab', () => {
  const seen = async (path: string) =>
    (await foldersSeen(places.world, path)).map((line) => line.split('\t')[0])

  // Each Tab may take a second at most, so on a busy machine it takes several.
  it('completes saved drives and the folders in them', async () => {
    await run('mkdir', '-p', 'team:/Reports/Q1')
    expect(await seen('te')).toContain('team:/')
    expect(await seen('team:/Rep')).toEqual(['team:/Reports/'])
    expect(await seen('team:/Reports/')).toEqual(['team:/Reports/Q1/'])
    expect(await seen('/Team/Rep')).toEqual(['/Team/Reports/'])
    expect((await run('__complete', 'fish', 'od-link drive remove t')).stdout).toMatch(
      /^words\nteam\tfolder General/,
    )
    expect((await run('__complete', 'fish', 'od-link mkdir nobody:/')).stdout).toBe('words\n')
  }, 240_000)
})
