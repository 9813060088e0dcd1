import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { useLinked } from '../../helpers/program/linked.ts'
import { listOf, treeOf } from '../../helpers/program/many-folders.ts'
import { hasTerminal, odLinkWord, startInTerminal } from '../../helpers/terminal/terminal.ts'

describe.runIf(hasTerminal())('at a terminal, a run of many folders', () => {
  const at = useLinked()
  const start = (name: string, paths: string[], more = '') => {
    const file = join(at.world.dir, name)
    writeFileSync(file, listOf(paths))
    return startInTerminal(`${odLinkWord} mkdir --from-file ${file} ${more}`, { ...at.world.env })
  }

  it('shows its progress on one line, and a sentence at the end', async () => {
    await at.sandbox.control('POST', 'settings', { latencyMs: 100 })
    const { ended, raw } = start('seen', treeOf('/seen', 10, 40), '>/dev/null')
    const { code, shown } = await ended
    // Each line is drawn over the one before it, without an empty one in between: that would flicker.
    expect(raw()).not.toMatch(/\r\x1b\[2K\r\x1b\[2K\d/)
    await at.sandbox.control('POST', 'settings', { latencyMs: 0 })
    expect(code).toBe(0)
    expect(shown).toMatch(/\d+\/400 folders · \d+\/s · [\d.]+ s left/)
    expect(shown).toMatch(/✓ All 400 folders exist \(400 created, plus 11 parents; [\d.]+ s\)\.\n$/)
    expect(shown.split('\n')).toHaveLength(2)
  })

  it('says for how long it is throttled', async () => {
    await at.weather('/$batch', { status: 429, headers: { 'retry-after': '3' } })
    const { seen, ended } = start('throttled', ['/throttled'])
    await seen(/0\/1 folders · throttled for 3 s/)
    expect((await ended).code).toBe(0)
  })

  it('lists no more failures than fit', async () => {
    await at.putFile('/blocked')
    const { code, shown } = await start('many', treeOf('/blocked', 1, 50)).ended
    expect(code).toBe(3)
    expect(shown.split('\n').filter((line) => line.startsWith('/'))).toHaveLength(20)
    expect(shown).toContain('… and 30 more.')
  })
})
