import type { Verdict } from './assault.ts'
import { grouped } from './attacks.ts'

/** One line for the terminal. */
export function printed(verdict: Verdict): string {
  const { attack, faults } = verdict
  const [answer, afterwards] = cells(verdict)
  const line = `${faults.length > 0 ? '✗' : '✓'} ${attack.group}: ${attack.name}`
  return `${line.padEnd(100)} ${answer.padEnd(12)} ${afterwards}`
}

/** The answers, and how the login continued. */
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
  return `${waits ? 'waits' : 'ended'}${truthMs === undefined ? '' : `; genuine answer after ${Math.round(truthMs)} ms`}`
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
    `${target}: ${verdicts.length} attacks, ${ended} logins ended by an attacker, ${leaked} answers that leaked anything, ${failed} attacks with a problem.`,
    times.length > 0 &&
      `The genuine answer after an attack: median ${Math.round(times[times.length >> 1] ?? 0)} ms until the program ended, slowest ${Math.round(times.at(-1) ?? 0)} ms.`,
    leftOut > 0 && `${leftOut} attacks were skipped, because this machine or target lacks what they need.`,
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
  return `# Attacks on a waiting login

While \`login\` waits for the browser, any page or program on the machine can send it requests. This table lists what was sent and how the login reacted. Each attack gets its own login, which must accept the genuine answer within a second afterwards.

${summary(target, verdicts, leftOut).replaceAll('\n', '\n\n')}

Written by \`npm run test:attacks -- --write\` on ${new Date().toISOString().slice(0, 10)}, with Node ${process.version} on ${process.platform}. The attackers know the genuine answer, which is the worst case. "None" means that the connection ended without an answer, or that the sender gave up after 1.5 s. To test another tool in the same way: \`npm run test:attacks -- -- COMMAND\`, where COMMAND starts a login and opens a browser.

${tables.join('\n')}`
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|')
}
