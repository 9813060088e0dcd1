import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { useLinked } from '../../helpers/program/linked.ts'
import { hasTerminal, odLinkWord, startInTerminal } from '../../helpers/terminal/terminal.ts'

describe.runIf(hasTerminal())('the progress of a transfer at a terminal', () => {
  const at = useLinked()
  const names = ['one', 'two', 'three']
  beforeAll(async () => {
    for (const name of names) writeFileSync(join(at.world.dir, name), randomBytes(12_000_000))
    await at.sandbox.control('POST', 'settings', { latencyMs: 120 })
  })
  const run = async (columns: number, line: string) => {
    const words = `stty cols ${columns}; cd '${at.world.dir}'; ${odLinkWord} ${line}`
    const terminal = startInTerminal(words, at.world.env)
    const { code, shown } = await terminal.ended
    // Each frame goes back to the beginning of its line, and clears the rest of it.
    const frames = terminal
      .raw()
      .split('\r')
      .filter((text) => text.endsWith('\x1b[K'))
      .map((text) => text.slice(0, -'\x1b[K'.length))
    return { code, frames, lines: shown.split('\n').filter((text) => text !== '') }
  }

  it('is one line with amount, rate and time left, and a last one that stays', async () => {
    const { code, frames, lines } = await run(80, 'upload one /Up/one -p')
    expect(code).toBe(0)
    expect(frames.at(-1)).toMatch(/^[\d.]+ MB of 11\.4 MB · [\d.]+ (KB|MB)\/s · [\d.]+ s left$/)
    expect(lines.at(-1)).toMatch(/^✓ 11\.4 MB in [\d.]+ s$/)
    expect(lines.at(-2)).toMatch(/\/Up\/one$/)
  })

  it('counts several files, and never reaches the edge of a narrow terminal', async () => {
    for (const line of ['upload one two three /Up2/ -p', 'download /Up2/one /Up2/two /Up2/three new/ -p']) {
      const { code, frames, lines } = await run(30, line)
      expect(code).toBe(0)
      expect(frames.length).toBeGreaterThan(1)
      for (const frame of frames) {
        expect(frame).toMatch(/^\d\/3 files · /)
        expect(frame).not.toContain('\n')
        expect(frame.length).toBeLessThan(30)
      }
      expect(lines.at(-1)).toMatch(/^✓ 3 files, 34\.3 MB in [\d.]+ s$/)
    }
  })

  it('is not in a pipe or a file, nor beside --json', async () => {
    const said = join(at.world.dir, 'said')
    const { code, lines } = await run(80, `upload one two /Up3/ -p 2>'${said}'`)
    expect([code, lines.sort(), readFileSync(said, 'utf8')]).toEqual([0, ['/Up3/one', '/Up3/two'], ''])
    const { frames } = await run(80, 'upload one /Up4/ -p --json')
    expect(frames).toEqual([])
  })
})
