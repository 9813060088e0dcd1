import type { Verdict } from './assault.ts'
import { grouped } from './attacks.ts'

/** One line for the terminal. */
export function printed(verdict: Verdict): string {
  const { attack, faults } = verdict
  const [answer, afterwards] = cells(verdict)
  const line = `${faults.length > 0 ? '✗' : '✓'} ${attack.group}: ${attack.name}`
  return `${line.padEnd(100)} ${answer.padEnd(12)} ${afterwards}`
}

/** What came back, and how the login went on. */
function cells({ attack, answers, faults, waits, truthMs }: Verdict): [string, string] {
  const statuses = answers.map(({ status }) => (status === 0 ? 'none' : String(status)))
  const counts = [...new Set(statuses)].map((status) => {
    const number = statuses.filter((one) => one === status).length
    return number > 1 ? `${number} × ${status}` : status
  })
  return [
    counts.join(', ') || '—',
    faults.length > 0 ? faults.join('; ') : outcome({ attack, waits, truthMs }),
  ]
}

function outcome({ attack, waits, truthMs }: Pick<Verdict, 'attack' | 'waits' | 'truthMs'>): string {
  if ('act' in attack && attack.ends)
    return attack.ends === 'linked' ? 'linked, once' : 'refused, nothing linked'
  return `${waits ? 'waits' : 'ended'}${truthMs === undefined ? '' : `; true answer after ${Math.round(truthMs)} ms`}`
}

export function summary(target: string, verdicts: Verdict[], leftOut: number): string {
  const meant = ({ attack }: Verdict) => 'act' in attack && attack.ends !== undefined
  const strangers = verdicts.filter((verdict) => !meant(verdict))
  const times = strangers.flatMap(({ truthMs }) => truthMs ?? []).sort((a, b) => a - b)
  const [ended, leaked, failed] = [
    strangers.filter(({ waits }) => !waits).length,
    verdicts.filter(({ faults }) => faults.some((fault) => /repeats|secret/.test(fault))).length,
    verdicts.filter(({ faults }) => faults.length > 0).length,
  ]
  return [
    `${target}: ${verdicts.length} attacks, ${ended} logins ended by a stranger, ${leaked} answers that repeated or gave away anything, ${failed} attacks with any fault.`,
    times.length > 0 &&
      `The true answer after an attack: median ${Math.round(times[times.length >> 1] ?? 0)} ms, slowest ${Math.round(times.at(-1) ?? 0)} ms, until the program had ended.`,
    leftOut > 0 && `${leftOut} attacks were left out, because this machine or target lacks what they need.`,
  ]
    .filter(Boolean)
    .join('\n')
}

export function asMarkdown(target: string, verdicts: Verdict[], leftOut: number): string {
  const tables = grouped(verdicts.map(({ attack }) => attack)).map(([group]) => {
    const own = verdicts.filter(({ attack }) => attack.group === group)
    const rows = own.map(
      (verdict) => `| ${[verdict.attack.name, ...cells(verdict)].map(escaped).join(' | ')} |`,
    )
    return [`### ${group}`, '', '| what was sent | answer | the login |', '|---|---|---|', ...rows, ''].join(
      '\n',
    )
  })
  return `# Hostile callbacks

What strangers may send to a login that waits, and what came of it: each attack on a login of its own, which then has to take the true answer within a second.

${summary(target, verdicts, leftOut).replaceAll('\n', '\n\n')}

Written by \`npm run test:attacks -- --write\` on ${new Date().toISOString().slice(0, 10)}, with Node ${process.version} on ${process.platform}. The strangers know the true answer, as the worst of them might. "None" is a connection that ended without an answer, or that its sender gave up after 1.5 s. Any other tool can be tried in the same way: \`npm run test:attacks -- -- COMMAND\`, where COMMAND starts its login and opens a browser.

${tables.join('\n')}`
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|')
}
