import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { useLinked } from '../../helpers/program/linked.ts'
import { asked, below, listOf } from '../../helpers/program/many-folders.ts'
import { peakMemoryMb } from '../../helpers/system/peak-memory.ts'

/** With a minute or two to spare: OD_LINK_TEST_LARGE=1 creates as many folders as there are lines. */
const distinct = process.env.OD_LINK_TEST_LARGE ? 100_000 : 2_000

describe('a list of 100,000 lines', () => {
  const at = useLinked()

  it('creates each folder once, however often it is named', { timeout: 300_000 }, async () => {
    const lines = Array.from({ length: 100_000 }, (_, n) => {
      const path = `/scale/p${Math.floor((n % distinct) / 100)}/Child ${n % distinct}`
      return n < distinct ? path : path.toUpperCase().replace('/SCALE/P', '/Scale/p')
    })
    const options = { input: listOf(lines), timeoutMs: 300_000 }
    const { code, stdout, stderr } = await at.world.run(['mkdir', '--from-file', '-'], options)
    const paths = lines.slice(0, distinct)
    expect({ code, paths: stdout.split('\n').slice(0, -1).sort() }).toEqual({ code: 0, paths: paths.sort() })
    expect(stderr).toContain(`All ${distinct.toLocaleString('en')} folders exist`)
    expect((await below(at, '/scale')).length).toBe(1 + distinct / 100 + distinct)
    await at.forgetRequests()
    const again = await at.world.run(['mkdir', '--from-file', '-'], options)
    expect(again.code).toBe(0)
    // The root, the pages of /scale, and each parent.
    const parents = distinct / 100
    expect((await asked(at)).inner.length).toBe(1 + Math.ceil(parents / 200) + parents)
  })
})

describe.runIf(process.platform === 'linux')('the memory of a run', () => {
  const at = useLinked()

  it('follows the folders, not the lines', async () => {
    const file = join(at.world.dir, 'repeated.txt')
    const thousand = listOf(Array.from({ length: 1_000 }, (_, n) => `/Some folder/with a longer name/${n}`))
    writeFileSync(file, thousand.repeat(300))
    const running = at.world.start(['mkdir', '--from-file', file, '--dry-run', '--quiet'])
    const peakMb = await peakMemoryMb(running)
    const { code } = await running.ended
    expect(code).toBe(0)
    expect(peakMb).toBeGreaterThan(20)
    // Node itself takes 45; the list is 10 MB of text, and 300,000 lines of their own would be twice as much.
    expect(peakMb).toBeLessThan(110)
  })
})
