import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { useLinked } from '../../helpers/program/linked.ts'
import { asked, below, makeManyInJson, treeOf, withParents } from '../../helpers/program/many-folders.ts'

const slowly = { latencyMs: 25 }
let number = 0

describe('a run that is cut off', () => {
  const at = useLinked()

  /** Starts a run of 600 folders that takes its time, and waits for its first folder. */
  async function started(...flags: string[]) {
    number += 1
    await at.sandbox.control('POST', 'settings', slowly)
    const paths = treeOf(`/cut${number}`, 6, 100)
    const running = at.world.start(['mkdir', '--from-file', '-', '--jobs', '2', ...flags], {
      input: paths.join('\n'),
    })
    await running.seen(/\/cut/)
    return { paths, running, top: `/cut${number}` }
  }

  /** The second run: everything there once, and nothing called taken. */
  async function finishes(paths: string[], top: string, madeAtLeast: number) {
    await at.sandbox.control('POST', 'settings', { latencyMs: 0 })
    await at.forgetRequests()
    const { code, stderr, summary } = await makeManyInJson(at.world, paths)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(summary).toMatchObject({ failed: 0, skipped: 0, created: 600 - summary.exists })
    expect(summary.exists).toBeGreaterThanOrEqual(madeAtLeast)
    expect(await below(at, top)).toEqual(withParents(paths))
    // What is there is found by lists, so no creation is refused.
    expect((await asked(at)).inner.map(({ status }) => status)).not.toContain(409)
  }

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s finishes what is under way, tells what is there and what not, and ends with 130',
    async (signal) => {
      const { paths, running, top } = await started()
      running.child.kill(signal)
      const { code, stdout, stderr } = await running.ended
      expect(code).toBe(signal === 'SIGINT' ? 130 : 143)
      expect(stderr).toContain('Finishing what is under way. Once more, and it stops at once.')
      expect(stderr).toMatch(/od-link: \d+ of 600 folders are there \(.*not tried.*\)\. Interrupted\./)
      expect(stderr).toMatch(/next: Run the same again/)
      const done = stdout.split('\n').slice(0, -1)
      const missing = stderr.split('\n').filter((line) => line.startsWith('/'))
      expect([...done, ...missing].sort()).toEqual(paths.toSorted())
      // Everything that was made was told.
      expect((await below(at, top)).filter((path) => paths.includes(path))).toEqual(done.sort())
      await finishes(paths, top, done.length)
    },
  )

  it('tells it in JSON, too', async () => {
    const { running } = await started('--json')
    running.child.kill('SIGINT')
    const { code, stdout, stderr } = await running.ended
    const { summary } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
    expect({ code, exitCode: summary.exitCode }).toEqual({ code: 130, exitCode: 130 })
    expect(JSON.parse(stderr).error).toMatchObject({ kind: 'interrupted', exitCode: 130 })
  })

  it('by a second Ctrl-C stops at once', async () => {
    const { running } = await started()
    await at.sandbox.control('POST', 'settings', { latencyMs: 5_000 })
    await sleep(100)
    running.child.kill('SIGINT')
    await running.seen(/Once more/)
    const before = performance.now()
    running.child.kill('SIGINT')
    const { code } = await running.ended
    await at.sandbox.control('POST', 'settings', { latencyMs: 0 })
    expect(code).toBe(130)
    expect(performance.now() - before).toBeLessThan(2_000)
  })

  it('by Ctrl-C in the middle of a long wait does not wait for its end', async () => {
    await at.weather('/$batch', { status: 429, headers: { 'retry-after': '60' } })
    const running = at.world.start(['mkdir', '--from-file', '-'], { input: 'waiting\n' })
    while ((await asked(at)).exchanges.every(({ status }) => status !== 429)) await sleep(30)
    running.child.kill('SIGINT')
    const { code, milliseconds } = await running.ended
    expect(code).toBe(130)
    expect(milliseconds).toBeLessThan(10_000)
  })
})
