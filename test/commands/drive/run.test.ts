import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { ada, charles, grace, library, margaret, usePlaces } from '../../helpers/microsoft/place-world.ts'
import { jsonError } from '../../helpers/program/linked.ts'

const places = usePlaces()
const run = (...args: string[]) => places.world.run(args)
const graphRequests = async () =>
  (await places.requests()).map(({ method, path }) => `${method} ${path.split('?')[0]}`)
const saved = async () => JSON.parse((await run('drive', 'list', '--json')).stdout)

describe('od-link drive add', () => {
  let general: { webUrl: string; driveId: string; itemId: string }
  beforeAll(async () => {
    general = await places.inLibrary('/General')
  })

  it('saves the folder that an address shows, says what it is, and creates nothing', async () => {
    await places.forgetRequests()
    const { code, stdout, stderr } = await run('drive', 'add', 'team', general.webUrl)
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    const { host } = new URL(places.sandbox.origin)
    expect(stderr).toContain(`Saved "team:": folder General, ${host}/sites/project-x/Shared Documents.`)
    expect(stderr).toContain('od-link mkdir team:/NAME')
    expect((await graphRequests()).filter((one) => /POST|PUT|DELETE|PATCH/.test(one))).toEqual([
      expect.stringMatching(/^POST .*\/createUploadSession$/),
      expect.stringMatching(/^DELETE /),
    ])
    const children = await places.graph('GET', `/drives/${general.driveId}/items/${general.itemId}/children`)
    expect(await children.json()).toMatchObject({ value: [] })
    expect(await saved()).toMatchObject([
      {
        name: 'team',
        driveId: general.driveId,
        itemId: general.itemId,
        account: ada,
        address: general.webUrl,
      },
    ])
    const file = join(String(places.world.env.OD_LINK_CONFIG_DIR), 'accounts.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).toContain(general.itemId)
  })

  it('takes the addresses of pages, sites and libraries, and IDs', async () => {
    const { origin } = places.sandbox
    const id = encodeURIComponent(`${library}/General`)
    const addresses: Record<string, string[]> = {
      page: [`${origin}/sites/project-x/Shared%20Documents/Forms/AllItems.aspx?id=${id}&viewid=x`],
      root: [`${origin}/sites/project-x/Shared%20Documents/Forms/AllItems.aspx`],
      teams: [`${origin}/:f:/r/sites/project-x/Shared%20Documents/General?csf=1&web=1&e=x`],
      site: [`${origin}/sites/project-x`],
      archive: [`${origin}/sites/project-x/Archive`],
      ids: [general.driveId, general.itemId],
      whole: [general.driveId],
    }
    for (const [name, address] of Object.entries(addresses)) {
      expect(await run('drive', 'add', name, ...address)).toMatchObject({ code: 0 })
    }
    const all: { name: string; itemId: string | null; about: string }[] = await saved()
    const of = (name: string) => all.find((one) => one.name === name)
    for (const name of ['page', 'teams', 'ids']) expect(of(name)).toMatchObject({ itemId: general.itemId })
    for (const name of ['root', 'site', 'whole'])
      expect(of(name)).toMatchObject({
        itemId: null,
        driveId: general.driveId,
        about: expect.stringMatching(/^library Documents of Project X, /),
      })
    expect(of('archive')).toMatchObject({ about: expect.stringMatching(/^library Archive of Project X, /) })
  })

  it('redeems a sharing link after saying so, and reaches its folder from then on', async () => {
    const link = await places.arrange('link', { in: charles, path: '/Linked', type: 'edit' })
    const address = `${link.webUrl}?e=x`
    // A path opens it for one command only, and says what lasts, whatever the command and the refusal.
    const local = join(places.world.dir, 'to-share.txt')
    writeFileSync(local, 'text')
    for (const [args, failure] of [
      [['ls', address], 9],
      [['mkdir', address, 'x'], 9],
      [['upload', local, `${link.webUrl}/`], 9],
      [['share', '--edit', address], 9],
      [['rm', `${link.webUrl}/x`], 8],
      [['download', `${link.webUrl}/x`], 8],
    ] as [string[], number][]) {
      const refused = await run(...args)
      expect([args[0], refused.code, refused.stdout]).toEqual([args[0], failure, ''])
      expect(refused.stderr).toMatch(/redeemed first: od-link drive add NAME \S*\/:f:\//)
    }
    const list = await places.world.run(['mkdir', '--from-file', '-', address], { input: 'a/b\n' })
    expect(list.code).toBe(9)
    expect(list.stderr).toContain(`od-link drive add NAME '${address}'`)
    const { code, stderr } = await run('drive', 'add', 'linked', address)
    expect(code).toBe(0)
    expect(stderr).not.toContain('od-link drive add')
    expect(stderr).toMatch(/^Redeeming the sharing link: ada@contoso\.example keeps the access/)
    expect(await run('mkdir', 'linked:/x')).toMatchObject({ code: 0, stdout: 'linked:/x\n' })
    await places.weather('/shares/', { status: 503 })
    const failed = await run('drive', 'add', 'other', link.webUrl, '--json', '--max-wait', '0')
    expect(jsonError(failed.stderr)).toMatchObject({ exitCode: 6 })
  })

  it('says where only reading is allowed, and looks at nothing above the folder', async () => {
    const deep = await places.arrange('rights', {
      ...{ in: charles, path: '/Private/Reports', username: ada, role: 'read' },
    })
    await places.forgetRequests()
    const { code, stderr } = await run('drive', 'add', 'reports', deep.webUrl)
    expect(code).toBe(0)
    expect(stderr).toContain(`${ada} may only read there.`)
    const others = (await graphRequests()).filter(
      (one) => !one.includes(deep.itemId) && !one.includes('/shares/'),
    )
    expect(others).toEqual([])
    const asJson = await run('drive', 'add', '--json', 'again', deep.webUrl)
    expect(JSON.parse(asJson.stdout)).toMatchObject({ name: 'again', writable: false })
  })

  it.each([
    [['x', 'ADDRESS'], 'because a single letter is a drive of Windows'],
    [['a.b', 'ADDRESS'], 'A drive cannot be called "a.b"'],
    [['-x', 'ADDRESS'], 'unknown option'],
    [['https', 'ADDRESS'], 'A drive cannot be called "https"'],
    [['ok', 'contoso.sharepoint.com/x'], 'next: od-link drive add ok https://contoso.sharepoint.com/x\n'],
    [['ok', 'Reports/x'], '"Reports/x" is not an address.'],
    [['ok', 'https://evil.example/sites/x'], 'Nothing was sent.'],
    [['ok', 'https://contoso.sharepoint.com/sites/x'], 'where this account is linked. Nothing was sent.'],
    [['ok', '/a', 'b'], '"/a" is not the ID of a drive.'],
    [['ok'], 'Missing argument: <address>'],
    [[], 'Missing argument: <name>'],
  ])('%j is refused before anything is sent', async (args, message) => {
    await places.forgetRequests()
    const { code, stderr } = await run('drive', 'add', ...args)
    expect({ code, requests: await graphRequests() }).toEqual({ code: 2, requests: [] })
    expect(stderr.toLowerCase()).toContain(message.toLowerCase())
    expect(stderr).toContain('next: ')
  })

  it('says that a name is taken, in any case', async () => {
    const { code, stderr } = await run('drive', 'add', 'TEAM', general.webUrl)
    expect(code).toBe(3)
    expect(stderr).toContain('"team:" is already saved: folder General')
    expect(stderr).toContain('od-link drive remove team')
  })

  it('says what cannot be opened, and what would help', async () => {
    const hidden = await places.arrange('rights', {
      in: charles,
      path: '/Hidden',
      username: ada,
      role: 'none',
    })
    const { code, stderr } = await run('drive', 'add', 'hidden', hidden.webUrl)
    expect(code).toBe(9)
    expect(stderr).toContain(`This account cannot open "${hidden.webUrl}"`)
    expect(stderr).toContain(
      `od-link login --account ${ada} --scope 'User.Read Files.ReadWrite.All Sites.Read.All'`,
    )
  })
})

describe('a saved drive', () => {
  it('belongs to its account: rename keeps it, another --account is refused, logout removes it', async () => {
    expect(await run('login', '--login-hint', ada, '--as', 'work')).toMatchObject({ code: 0 })
    expect(await run('login', '--login-hint', grace, '--as', 'home')).toMatchObject({ code: 0 })
    await run('use', 'home')
    expect(await run('mkdir', 'team:/mine')).toMatchObject({ code: 0 })
    expect(await run('mkdir', '--account', 'work', 'team:/yours')).toMatchObject({ code: 0 })
    const other = await run('mkdir', '--account', 'home', 'team:/theirs')
    expect(other).toMatchObject({ code: 2, stdout: '' })
    expect(other.stderr).toContain(`The drive "team:" was added with ${ada}`)
    expect(other.stderr).toContain('od-link mkdir --account work team:/theirs')
    const shared = await places.arrange('rights', {
      in: margaret,
      path: '/Ours',
      username: grace,
      role: 'write',
    })
    expect(await run('drive', 'add', 'ours', shared.webUrl)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Saved "ours:": folder Ours of a personal OneDrive.'),
    })
    expect(await run('mkdir', 'ours:/x')).toMatchObject({ code: 0, stdout: 'ours:/x\n' })
    const out = await run('logout', 'home')
    expect(out.stderr).toContain('Its saved drives are removed as well: ours.')
    expect((await saved()).map(({ name }: { name: string }) => name)).not.toContain('ours')
  })

  it('is shown by status, and checked by doctor', async () => {
    expect((await run('status')).stdout).toMatch(/^ {2}drives {6}team: folder General, .*\n {14}page: /m)
    const [first] = JSON.parse((await run('status', '--json')).stdout)
    expect(first.drives).toEqual(await saved())
    const gone = { in: charles, path: '/Private/Reports', username: ada, role: 'none' }
    await places.arrange('rights', gone)
    const { code, stdout } = await run('doctor', '--json')
    expect(code).toBe(9)
    const { checks } = JSON.parse(stdout) as { checks: { name: string; ok: boolean; text: string }[] }
    const ofDrives = checks.filter(({ name }) => name === 'drive')
    expect(ofDrives).toHaveLength((await saved()).length)
    expect(ofDrives).toContainEqual({ name: 'drive', ok: true, text: 'team: can be reached with work' })
    expect(ofDrives.filter(({ ok }) => !ok)).toMatchObject(
      ['reports', 'again'].map((name) => ({
        text: `${name}: Opening "${name}:" is not allowed: Access denied.`,
      })),
    )
    expect((await run('doctor', '--offline')).stdout).toContain('team: saved with work; whether it can be')
  })

  it('is listed and removed by its name', async () => {
    const { stdout } = await run('drive', 'list')
    expect(stdout).toMatch(/^team: +folder General, .* \(work\)$/m)
    const removed = await run('drive', 'remove', 'team:')
    expect(removed).toMatchObject({ code: 0, stdout: '' })
    expect(removed.stderr).toContain('Removed the saved drive "team:". Nothing in it was changed.')
    const again = await run('drive', 'remove', 'team')
    expect(again.code).toBe(2)
    expect(again.stderr).toContain('There is no saved drive "team".')
    const near = await run('mkdir', 'archiv:/x')
    expect(near).toMatchObject({ code: 2 })
    expect(near.stderr).toContain('There is no saved drive "archiv". Did you mean "archive:"?')
  })
})
