import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { version } from '../../../package.json'
import { manualPage } from '../../../src/commands/help/manual.ts'
import { reference } from '../../../src/commands/help/reference.ts'
import { hasRealPart } from '../../helpers/system/real-part.ts'

const page = fileURLToPath(new URL('../../../dist/od-link.1', import.meta.url))

describe('the manual page', () => {
  it('in the package is up to date', () => {
    expect(readFileSync(page, 'utf8')).toBe(manualPage(version))
  })

  it.runIf(hasRealPart('mandoc', 'a look at the manual page'))('has no fault that mandoc finds', () => {
    const { stdout } = spawnSync('mandoc', ['-Tlint', '-Wwarning', page], { encoding: 'utf8' })
    // A date would make each build another one.
    expect(stdout.split('\n').filter((line) => line && !line.includes('missing date'))).toEqual([])
  })

  it.runIf(hasRealPart('mandoc', 'a look at the manual page'))('fits a terminal of 80 columns', () => {
    const { stdout } = spawnSync('mandoc', ['-Tutf8', '-Owidth=80', page], { encoding: 'utf8' })
    const lines = stdout.replace(/.\u0008/g, '').split('\n')
    expect(lines.filter((line) => line.length > 80)).toEqual([])
    for (const text of ['od-link mkdir <parent> [name...]', 'OD_LINK_ON_SIGNIN_NEEDED', 'case $? in'])
      expect(lines.join('\n')).toContain(text)
  })
})

it('docs/reference.md is up to date', async () => {
  const file = fileURLToPath(new URL('../../../docs/reference.md', import.meta.url))
  await expect(reference()).toMatchFileSnapshot(file)
})
