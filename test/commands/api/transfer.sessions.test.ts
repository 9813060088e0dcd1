import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ada, useLinked } from '../../helpers/program/linked.ts'

/* Upload sessions that end in odd ways; the sandbox's moods name the sources. */

const at = useLinked()
const bytes = randomBytes(10 * 1024 * 1024 + 12_345)
let file: string
beforeAll(() => {
  file = join(at.world.dir, 'book.xlsx')
  writeFileSync(file, bytes)
})
beforeEach(async () => {
  await at.calm()
  await at.forgetRequests()
})
const uploads = (mood: string) =>
  at.sandbox.control('POST', 'settings', { moods: { [ada]: { uploads: mood } } })
const upload = (path: string, ...flags: string[]) =>
  at.world.run(['api', '--upload', file, `/me/drive/root:${path}`, ...flags])
const content = async (path: string) =>
  Buffer.from(await (await at.graph('GET', `/me/drive/root:${path}:/content`)).arrayBuffer())

describe('an upload whose session ends', () => {
  it('before it took a byte is begun again, and the file is replaced', async () => {
    await at.putFile('/office.xlsx')
    await uploads('lost')
    const { code, stdout } = await upload('/office.xlsx', '--on-conflict', 'replace')
    expect([code, JSON.parse(stdout).size]).toEqual([0, bytes.length])
    expect((await content('/office.xlsx')).equals(bytes)).toBe(true)
    const created = (await at.requests('graph')).filter(({ path }) => path.endsWith('createUploadSession'))
    expect(created.length).toBe(2)
  })

  it.each([
    ['forgotten', 'with 400 after the last piece'],
    ['overlapping', 'with 416 after the last piece'],
  ])('%s, %s, and left a whole file is a success', async (mood) => {
    await uploads(mood)
    const { code, stdout } = await upload(`/${mood}.bin`)
    expect([code, JSON.parse(stdout).size]).toEqual([0, bytes.length])
    expect((await content(`/${mood}.bin`)).equals(bytes)).toBe(true)
  })

  it('with 401 in the middle is exit 6, and the next run uploads the file', async () => {
    await uploads('expired')
    const { code, stdout, stderr } = await upload('/expired.bin')
    expect([code, stdout]).toEqual([6, ''])
    expect(stderr).toMatch(/The upload session ended/)
    expect(stderr).toMatch(/next: .*run the same command again/s)
    expect(stderr).not.toMatch(/od-link login|Check the path/)
    await uploads('whole')
    expect((await upload('/expired.bin')).code).toBe(0)
    expect((await content('/expired.bin')).equals(bytes)).toBe(true)
  })
})

describe('an upload that another one is in the way of', () => {
  const message = 'An upload session already exists for this file.'

  it('says so, and nothing of a name that is taken', async () => {
    await at.weather('createUploadSession', {
      status: 409,
      body: { error: { code: 'nameAlreadyExists', message } },
    })
    const { code, stderr } = await upload('/way.bin', '--on-conflict', 'replace')
    expect(code).toBe(3)
    expect(stderr).toContain(message)
    expect(stderr).not.toMatch(/The name is taken|--on-conflict replace/)
  })

  it('because it was killed goes on with the same command', async () => {
    await uploads('whole')
    // The last piece never arrives.
    await at.sandbox.control('POST', 'weather', {
      match: 'PUT /upload',
      skip: 1,
      count: 9,
      effect: { hang: 'headers' },
    })
    const running = at.world.start(['api', '--upload', file, '/me/drive/root:/killed.bin'])
    for (let tries = 0; (await at.requests('content')).length < 2 && tries < 200; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 50))
    running.child.kill('SIGKILL')
    await running.ended
    await at.calm()
    await at.forgetRequests()
    const { code, stdout } = await upload('/killed.bin', '--on-conflict', 'replace')
    expect([code, JSON.parse(stdout).size]).toEqual([0, bytes.length])
    expect((await content('/killed.bin')).equals(bytes)).toBe(true)
  })
})
