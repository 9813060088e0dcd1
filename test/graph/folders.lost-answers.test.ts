import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ada, grace, useLinked } from '../helpers/program/linked.ts'

/** What can happen to the answer of work that was done. */
const losses = {
  'the connection broke': { lost: true },
  'a gateway said 503': { status: 503, after: true, headers: { 'retry-after': '0.3' } },
  'a gateway timed out': {
    status: 504,
    after: true,
    headers: { 'retry-after': '0.3' },
    body: '<html>gateway</html>',
    contentType: 'text/html',
  },
  'half of it came': { truncate: true },
}
const ways = {
  plain: [],
  reuse: ['--on-conflict', 'reuse'],
  parents: ['-p'],
  rename: ['--on-conflict', 'rename'],
}
type Case = [way: keyof typeof ways, loss: keyof typeof losses]
const each: Case[] = [
  ['plain', 'the connection broke'],
  ['reuse', 'the connection broke'],
  ['parents', 'the connection broke'],
  ['rename', 'the connection broke'],
  ['plain', 'a gateway said 503'],
  ['rename', 'a gateway said 503'],
  ['plain', 'a gateway timed out'],
  ['rename', 'a gateway timed out'],
  ['plain', 'half of it came'],
  ['rename', 'half of it came'],
]

// A work drive reports whole seconds, a personal one milliseconds.
describe.each([
  ['work', ada, each.slice(0, 6)],
  ['personal', grace, each],
])('a lost answer, on a %s drive', (_, user, cases) => {
  const at = useLinked({ user })
  const parentOf = ([way, loss]: Case) => `${way}, ${loss}`
  beforeAll(async () => {
    await at.world.run(['mkdir', '/', ...cases.map(parentOf)])
  })
  afterAll(() => at.calm())

  it.concurrent.each(cases)('%s: when %s, the one folder that was created is reported', async (way, loss) => {
    const parent = parentOf([way, loss])
    await at.weather(`POST /v1.0/me/drive/root:/${encodeURIComponent(parent)}:/children`, losses[loss])
    const { code, stdout } = await at.world.run(['mkdir', '--json', ...ways[way], `/${parent}`, 'x'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({
        path: `/${parent}/x`,
        name: 'x',
        id: expect.stringMatching(/.{10}/),
        webUrl: expect.stringMatching(/^http:/),
        created: true,
      }),
    ])
    const below = (await at.drive(user)).filter((path) => path.startsWith(`/${parent}/`))
    expect(below).toEqual([`/${parent}/x`])
  })
})

describe('after a lost answer', () => {
  const at = useLinked({ user: grace })
  const createIn = (parent: string, ...flags: string[]) =>
    at.world.run(['mkdir', ...flags, `/${parent}`, 'x'])
  const losing = (parent: string, effect: object) =>
    at.weather(`POST /v1.0/me/drive/root:/${parent}:/children`, {
      headers: { 'retry-after': '0.05' },
      ...effect,
    })

  beforeAll(async () => {
    await at.world.run(['mkdir', '/', 'old', 'older', 'gone', 'parents', 'many', 'skewed', 'page'])
  })

  it('a folder that existed before still has the name', async () => {
    await createIn('old')
    // Clocks are compared by whole seconds, and in doubt a folder counts as one's own.
    await sleep(2_500)
    await losing('old', { status: 502 })
    const { code, stdout, stderr } = await createIn('old')
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toContain('"/old/x" is a folder')
  })

  it('a folder that existed before leads to one new name', async () => {
    await losing('old', { status: 503, after: true })
    const { code, stdout } = await createIn('old', '--on-conflict', 'rename')
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/old/x 1\n' })
    expect(await at.drive(grace)).not.toContain('/old/x 2')
  })

  it('a folder that existed before is reused, and not reported as new', async () => {
    await losing('old', { status: 502 })
    const { code, stdout } = await createIn('old', '--json', '--on-conflict', 'reuse')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject([{ path: '/old/x', created: false }])
  })

  it('a file that existed before still has the name', async () => {
    await at.putFile('/older/x')
    await losing('older', { status: 502 })
    const { code, stderr } = await createIn('older')
    expect(code).toBe(3)
    expect(stderr).toContain('"/older/x" is a file')
  })

  it('work that was not done is done', async () => {
    await losing('gone', { reset: true })
    const { code, stdout, stderr } = await createIn('gone')
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/gone/x\n' })
    expect(stderr).toContain('Retrying')
  })

  it('to the creation of a parent, -p continues below it', async () => {
    await losing('parents', { lost: true })
    const { code, stdout } = await at.world.run(['mkdir', '-p', '/parents/a/b/c'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/parents/a/b/c\n' })
    const below = (await at.drive(grace)).filter((path) => path.startsWith('/parents/'))
    expect(below).toEqual(['/parents/a', '/parents/a/b', '/parents/a/b/c'])
  })

  it('the numbered folder is found among more than a page of others', async () => {
    await at.world.run(['mkdir', '/page', 'x'])
    const token = (await at.world.run(['token'])).stdout.trim()
    const names = Array.from({ length: 230 }, (_, index) => `a${index}`)
    await Promise.all(
      names.map((name) =>
        fetch(`${at.sandbox.origin}/v1.0/me/drive/root:/page:/children`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ name, folder: {}, '@microsoft.graph.conflictBehavior': 'fail' }),
        }),
      ),
    )
    await losing('page', { status: 504, after: true })
    const { code, stdout } = await createIn('page', '--on-conflict', 'rename')
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/page/x 1\n' })
    expect(await at.drive(grace)).not.toContain('/page/x 2')
  })

  it.each([-1800, -1, -0.3, 1, 1800])(
    'a folder counts as our own by a clock that is %d seconds ahead',
    async (clockSkewSeconds) => {
      await at.sandbox.control('POST', 'settings', { clockSkewSeconds })
      const name = `by ${clockSkewSeconds}`
      await losing('skewed', { status: 503, after: true })
      const { code, stdout } = await at.world.run(['mkdir', '/skewed', name])
      await at.sandbox.control('POST', 'settings', { clockSkewSeconds: 0 })
      expect({ code, stdout }).toEqual({ code: 0, stdout: `/skewed/${name}\n` })
    },
  )

  it('an older folder is recognized by a clock that is far ahead', async () => {
    const skew = 1800
    await at.sandbox.control('POST', 'settings', { clockSkewSeconds: skew })
    const name = `old by ${skew}`
    await at.world.run(['mkdir', '/skewed', name])
    await sleep(2_500)
    await losing('skewed', { status: 502 })
    const { code } = await at.world.run(['mkdir', '/skewed', name])
    await at.sandbox.control('POST', 'settings', { clockSkewSeconds: 0 })
    expect(code).toBe(3)
  })
})
