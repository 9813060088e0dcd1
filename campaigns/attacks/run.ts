import { existsSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { keepFigures } from '../../test/helpers/program/figures.ts'
import { attacker } from './assault.ts'
import type { Need } from './attack.ts'
import { attacks, needsOf } from './attacks.ts'
import { asMarkdown, printed, summary } from './report.ts'
import { odLinkTarget, otherTarget } from './target.ts'

/**
 * `npm run test:attacks`: runs every attack on its own login, which must then accept the genuine answer within a
 * second. `npm run test:attacks -- --write` writes campaigns/attacks/README.md, `--only WORD` runs the attacks
 * whose group or name contains the word, and after `--` follows the command of another tool that starts a
 * login.
 */
const { values, positionals: command } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean' }, only: { type: 'string' } },
})

const target = command.length > 0 ? otherTarget(command) : await odLinkTarget()
const has: Record<Need, boolean> = {
  sandbox: target.sandbox !== undefined,
  chromium: existsSync('/usr/bin/chromium'),
  'another user': process.getuid?.() === 0,
}
const chosen = attacks.filter(({ group, name }) => `${group}: ${name}`.includes(values.only ?? ''))
const possible = chosen.filter((attack) => needsOf(attack).every((need) => has[need]))
const { attackOnce, stop } = attacker(target)
const verdicts = []
try {
  for (const attack of possible) {
    const login = await target.begin()
    const verdict = await attackOnce(login, attack, true)
    await login.end()
    verdicts.push(verdict)
    console.log(printed(verdict))
  }
} finally {
  await stop()
  await target.stop()
}
const figures = summary(target.name, verdicts, chosen.length - possible.length)
console.log(`\n${figures}`)
if (values.write && !values.only) {
  writeFileSync(
    'campaigns/attacks/README.md',
    asMarkdown(target.name, verdicts, chosen.length - possible.length),
  )
  keepFigures('docs/security.md', 'attack', figures)
}
process.exitCode = verdicts.some(({ faults }) => faults.length > 0) ? 1 : 0
