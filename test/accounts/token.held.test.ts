import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { changeRecord, recordFile, useLinked } from '../helpers/program/linked.ts'
import { canSetImmutable, setImmutable } from '../helpers/system/immutable.ts'

describe.runIf(canSetImmutable())('a link whose file cannot be replaced', () => {
  const at = useLinked()

  it('is renewed all the same, and the next process uses the new token', async () => {
    changeRecord(at.world, { expiresAt: Date.now() - 1_000 })
    const file = recordFile(at.world)
    const before = readFileSync(file, 'utf8')
    setImmutable(file, true)
    const [first, second] = await at.world
      .run(['token'])
      .then(async (one) => [one, await at.world.run(['token'])] as const)
      .finally(() => setImmutable(file, false))
    expect(first.code, first.stderr).toBe(0)
    expect(first.stderr).toContain(`${file} cannot be replaced (EPERM)`)
    expect(readFileSync(file, 'utf8')).toBe(before)
    expect(second).toMatchObject({ code: 0, stdout: first.stdout, stderr: '' })
    expect(await at.requests('token')).toHaveLength(1)
    expect((await at.world.run(['status', '--check'])).code).toBe(0)
    expect(existsSync(`${file}.unsaved`)).toBe(false)
    expect(readFileSync(file, 'utf8')).not.toBe(before)
  })
})
