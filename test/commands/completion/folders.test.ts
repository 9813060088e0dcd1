import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { changeRecord, recordFile, useLinked } from '../../helpers/program/linked.ts'
import { foldersSeen } from '../../helpers/terminal/shell.ts'

describe('the completion of a folder of the drive', () => {
  const at = useLinked()
  const memory = () => join(String(at.world.env.OD_LINK_CONFIG_DIR), 'completion.json')
  const forget = () => writeFileSync(memory(), '{}')
  const complete = (line = 'od-link mkdir /') => at.world.run(['__complete', 'fish', line])
  const nothing = { code: 0, stdout: 'words\n', stderr: '' }
  const silence = { code: 0, stdout: '', stderr: '' }

  beforeEach(async () => {
    await at.calm()
    await at.graph('POST', '/me/drive/root/children', { name: 'Reports', folder: {} })
    forget()
    await at.forgetRequests()
  })

  it('shows folders, and files where they are meant, and is cached for a minute in a private file without a token', async () => {
    await at.putFile('/file.txt')
    expect(await foldersSeen(at.world, '/')).toEqual(['/Reports/', '/Reports of Charles/'])
    expect(statSync(memory()).mode & 0o777).toBe(0o600)
    const { accessToken, refreshToken } = JSON.parse(readFileSync(recordFile(at.world), 'utf8'))
    const kept = readFileSync(memory(), 'utf8')
    expect(kept.includes(accessToken) || kept.includes(refreshToken)).toBe(false)
    await at.forgetRequests()
    expect((await complete()).stdout).toBe('words\n/Reports/\t\n/Reports of Charles/\t\n')
    expect((await complete('od-link download /')).stdout).toMatch(/^\/file\.txt\t$/m)
    expect(await at.requests('graph')).toEqual([])
    // After a minute it is requested again.
    const old = JSON.parse(kept)
    for (const seen of Object.values<{ at: number }>(old)) seen.at -= 60_000
    writeFileSync(memory(), JSON.stringify(old))
    await foldersSeen(at.world, '/')
    expect((await at.requests('graph')).length).toBeGreaterThan(0)
  })

  it('takes at most a second, however slow the drive is', async () => {
    await at.weather('/children', { delayMs: 20_000 })
    // The time of a process without requests on this machine, under its present load.
    const idle = await at.world.run(['--version'])
    const { milliseconds, code, stdout, stderr } = await complete()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).not.toContain('Reports')
    expect(milliseconds).toBeLessThan(1_500 + 5 * idle.milliseconds)
  })

  it.each([
    ['a busy server', () => at.weather('/children', { status: 429, headers: { 'retry-after': '1' } })],
    ['a server in trouble', () => at.weather('/children', { status: 503 })],
    ['a lost connection', () => at.weather('/children', { reset: true })],
    ['an answer that is no JSON', () => at.weather('/children', { status: 200, body: '<html>' })],
  ])('is silent after %s', async (_, trouble) => {
    await trouble()
    const { code, stdout, stderr } = await complete()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.replace('words\n', '')).toBe('')
  })

  it('neither refreshes a token nor uses an expired one', async () => {
    const before = readFileSync(recordFile(at.world), 'utf8')
    changeRecord(at.world, { expiresAt: Date.now() - 1_000 })
    expect(await complete()).toMatchObject(nothing)
    writeFileSync(recordFile(at.world), before)
    await at.sandbox.control('POST', 'expire')
    await complete()
    expect(await at.requests('token')).toEqual([])
    expect(readFileSync(recordFile(at.world), 'utf8')).toBe(before)
    changeRecord(at.world, { expiresAt: 0 })
    expect((await at.world.run(['token'])).code).toBe(0)
  })

  it('is silent without a link, with a damaged index, and for an invalid path', async () => {
    const env = { OD_LINK_CONFIG_DIR: join(at.world.dir, 'nowhere') }
    expect(await at.world.run(['__complete', 'fish', 'od-link mkdir /'], { env })).toMatchObject(silence)
    expect(await complete('od-link mkdir /../')).toMatchObject(silence)
    expect(await complete('od-link mkdir --account nobody /')).toMatchObject(silence)
    expect(await at.world.run(['__complete', 'tcsh', 'od-link m'])).toMatchObject(silence)
    expect(await at.world.run(['__complete'])).toMatchObject(silence)
  })

  it('leaves out a name with control characters', async () => {
    const names = ['\u001b[2Jgone', 'two\nlines', 'a\ttab', '\u202eturned', 'fine']
    const value = names.map((name) => ({ name, folder: {} }))
    for (let attempt = 0; attempt < 20; attempt += 1) {
      await at.calm()
      await at.weather('/children', { status: 200, body: { value } })
      const { stdout } = await complete()
      expect(stdout).not.toMatch(/gone|two|lines|tab|turned|\u001b/)
      if (stdout.includes('/fine/')) return
      forget()
    }
    throw new Error('no folder was seen')
  })
})
