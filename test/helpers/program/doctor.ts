import type { Outcome, RunOptions } from './od-link.ts'
import type { World } from './world.ts'

/** A check in the output of `od-link doctor --json`. */
export interface ToldCheck {
  name: string
  ok: boolean | null
  text: string
  hint?: string
  exitCode?: number
  code?: string
}

export interface Report {
  code: number | null
  ok: boolean
  checks: ToldCheck[]
  /** The only check with that name. */
  check: (name: string) => ToldCheck
  outcome: Outcome
}

/** Runs `od-link doctor --json`, and parses its output. */
export async function doctor(world: World, flags: string[] = [], options: RunOptions = {}): Promise<Report> {
  const outcome = await world.run(['doctor', '--json', ...flags], options)
  if (outcome.stderr !== '' || outcome.stdout.trimEnd().includes('\n')) {
    throw new Error(`not one value on stdout alone:\n${outcome.stdout}${outcome.stderr}`)
  }
  const { checks, ok } = JSON.parse(outcome.stdout) as Pick<Report, 'checks' | 'ok'>
  const check = (name: string) => {
    const found = checks.filter((one) => one.name === name)
    if (found.length !== 1 || !found[0]) throw new Error(`${found.length} checks are called ${name}`)
    return found[0]
  }
  return { code: outcome.code, ok, checks, check, outcome }
}

/** The output of `od-link doctor --cron --json`. */
export interface ToldTrial {
  ok: boolean
  text: string
  hint?: string
  exitCode?: number
  line: string
  notes: string[]
}

/** Runs it, and parses its output. */
export async function tryCron(
  { run }: World,
  options?: RunOptions,
): Promise<{ code: number | null; told: ToldTrial }> {
  const { code, stdout, stderr } = await run(['doctor', '--cron', '--json'], options)
  if (stderr !== '') throw new Error(stderr)
  return { code, told: JSON.parse(stdout) }
}
