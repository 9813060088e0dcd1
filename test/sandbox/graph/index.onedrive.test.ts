import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ada, grace, type Json } from '../../helpers/sandbox/client.ts'
import { writeKnownApps } from '../../helpers/sandbox/known-apps.ts'
import {
  canBeMicrosoft,
  type MicrosoftWorld,
  startMicrosoftWorld,
} from '../../helpers/sandbox/microsoft-world.ts'
import { hasRealPart } from '../../helpers/system/real-part.ts'

const forWhat = 'abraunegg’s onedrive, unchanged, with a sandbox under Microsoft’s names'
const hasAll = hasRealPart('onedrive', forWhat) && canBeMicrosoft(forWhat)

/** Each step syncs several times with a machine that is busy with other tests. */
const timeout = 240_000

describe.skipIf(!hasAll).each([
  ['work', ada],
  ['personal', grace],
])('abraunegg’s onedrive, on a %s drive', (kind, username) => {
  let world: MicrosoftWorld
  let scratch: string
  /** What the client syncs. */
  let local: string
  let headers: string[]

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'od-link-onedrive-'))
    world = await startMicrosoftWorld('--app', writeKnownApps(scratch))
    await world.control('POST', 'next-sign-in', { username })
    local = join(world.dir, 'home', 'OneDrive')
  }, timeout)

  afterAll(async () => {
    await world?.stop()
    rmSync(scratch, { recursive: true, force: true })
  })

  const onedrive = (...args: string[]) =>
    world.must('onedrive', [...args, '--verbose'], { timeoutMs: 120_000 })
  const sync = (...more: string[]) => onedrive('--synchronize', ...more)
  const graph = async (...args: string[]): Promise<Json> => {
    const url = `https://graph.microsoft.com/v1.0/me/drive/${args.pop()}`
    const text = await world.must('curl', ['-sS', '--fail-with-body', ...headers, ...args, url])
    return text === '' ? undefined : JSON.parse(text)
  }
  /** The drive, as the control API shows it. */
  const names = async (): Promise<string[]> => {
    const flat = (one: Json, path = ''): string[] =>
      one.children.flatMap((child: Json) => [`${path}${child.name}`, ...flat(child, `${path}${child.name}/`)])
    return flat(await world.control('GET', `drive?username=${username}`)).sort()
  }

  it('signs in by its files, with its own registration', { timeout }, async () => {
    const [url, response] = [join(world.dir, 'url'), join(world.dir, 'response')]
    const client = world.start('onedrive', ['--auth-files', `${url}:${response}`, '--synchronize'])
    client.stdout?.resume()
    const ended = new Promise((resolve) => client.once('close', resolve))
    await expect
      .poll(() => existsSync(url) && readFileSync(url, 'utf8'), { timeout: 60_000 })
      .toMatch(/^https/)
    const address = readFileSync(url, 'utf8').trim()
    const back = await world.must('curl', ['-sS', '-o', '/dev/null', '-w', '%{redirect_url}', address])
    expect(back).toMatch(/^https:\/\/login\.microsoftonline\.com\/common\/oauth2\/nativeclient\?code=/)
    writeFileSync(response, back)
    expect(await ended).toBe(0)
    const token = /(?:ey|Ew)[\w.\-/+=]+/.exec(await onedrive('--print-token', '--display-sync-status'))?.[0]
    headers = ['-H', `Authorization: Bearer ${token}`]
    expect(await graph('root')).toMatchObject({ root: {} })
  })

  it.runIf(kind === 'work')('finds the library of a site', { timeout }, async () => {
    const found = await onedrive('--get-O365-drive-id', 'Project X')
    const id = /drive_id:? +(b!\S+)/i.exec(found)?.[1]
    const url = 'https://graph.microsoft.com/v1.0/sites/contoso.sharepoint.com:/sites/project-x:/drive'
    const library = JSON.parse(await world.must('curl', ['-sS', ...headers, url]))
    expect([library.name, library.id]).toEqual(['Documents', id])
  })

  it('sends what is new, also in several ranges, and nothing the second time', { timeout }, async () => {
    mkdirSync(join(local, 'dir', 'sub folder'), { recursive: true })
    writeFileSync(join(local, 'dir', 'sub folder', 'deep ä.txt'), 'deep')
    writeFileSync(join(local, 'up.txt'), 'up')
    writeFileSync(join(local, 'large.bin'), randomBytes(12_000_000))
    await sync()
    const all = ['dir', 'dir/sub folder', 'dir/sub folder/deep ä.txt', 'large.bin', 'up.txt']
    expect(await names()).toEqual(all)
    expect((await graph('root:/large.bin')).size).toBe(12_000_000)
    const before = (await world.control('GET', 'log')).length
    expect(await sync()).not.toMatch(/Uploading (new|modified) file|Downloading file/)
    const later = (await world.control('GET', 'log')).slice(before)
    expect(
      later.filter((one: Json) => /PUT|POST|PATCH|DELETE/.test(one.method) && one.kind !== 'token'),
    ).toEqual([])
    expect(existsSync(join(local, 'dir', 'sub folder', 'deep ä.txt'))).toBe(true)
  })

  it('fetches what is new and changed on the other side', { timeout }, async () => {
    // The client compares times in whole seconds.
    await wait(1100)
    const put = ['-X', 'PUT', '-H', 'Content-Type: text/plain', '-d']
    await graph(...put, 'from there', 'root:/there/new.txt:/content')
    await graph(...put, 'changed there', 'root:/up.txt:/content')
    await sync()
    expect(readFileSync(join(local, 'there', 'new.txt'), 'utf8')).toBe('from there')
    expect(readFileSync(join(local, 'up.txt'), 'utf8')).toBe('changed there')
  })

  it('takes over a rename and a deletion, from either side', { timeout }, async () => {
    renameSync(join(local, 'up.txt'), join(local, 'renamed here.txt'))
    rmSync(join(local, 'dir'), { recursive: true })
    await sync()
    expect(await names()).toEqual(['large.bin', 'renamed here.txt', 'there', 'there/new.txt'])
    const json = ['-H', 'Content-Type: application/json']
    await graph('-X', 'PATCH', ...json, '-d', '{"name":"moved there.txt"}', 'root:/there/new.txt:')
    await graph('-X', 'DELETE', 'root:/renamed%20here.txt:')
    await sync()
    expect(existsSync(join(local, 'there', 'new.txt'))).toBe(false)
    expect(readFileSync(join(local, 'there', 'moved there.txt'), 'utf8')).toBe('from there')
    expect(existsSync(join(local, 'renamed here.txt'))).toBe(false)
  })

  it('starts over when told, and comes to the same', { timeout }, async () => {
    const hash = () =>
      createHash('sha256')
        .update(readFileSync(join(local, 'large.bin')))
        .digest('hex')
    const before = hash()
    await sync('--resync', '--resync-auth')
    expect(await names()).toEqual(['large.bin', 'there', 'there/moved there.txt'])
    expect(hash()).toBe(before)
  })
})
