import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'

it.runIf(process.platform === 'linux')('an argument that is not UTF-8 is refused, and not repeated', () => {
  const script = `node bin/od-link.js mkdir "$(printf '/caf\\351')" 2>&1; echo "exit $?"`
  const shown = execFileSync('sh', ['-c', script], { encoding: 'utf8' })
  expect(shown).toMatch(/^od-link: Argument 2 is not valid UTF-8\.\n {2}next: Save the script as UTF-8/)
  expect(shown).toMatch(/\nexit 2\n$/)
  expect(shown).not.toContain('caf')
})
