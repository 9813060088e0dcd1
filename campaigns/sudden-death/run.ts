import { join } from 'node:path'
import { fileVictims } from './file-victims.ts'
import { type Kill, kill, type Left, stepIn, undisturbed, type Victim, type Victims } from './kill.ts'
import { linkVictims, moveVictims } from './link-victims.ts'
import { type Machine, stores } from './machine.ts'
import { bulkVictims, stateVictims } from './other-victims.ts'
import { instants } from './plan.ts'

/** How often a command was killed in one way, and what was left. */
export interface Row {
  what: string
  how: 'at random' | 'before each step'
  kills: number
  left: Record<Left, number>
  /** What was broken, and when it was killed. */
  broken: string[]
}

/** All victims, by place. Places run one after the other, since they share stores. */
export const places: ((machine: Machine) => Victims | Promise<Victims>)[] = [
  ...stores.map((store) => (machine: Machine) => linkVictims(machine, store)),
  (machine) => moveVictims(machine, 'file', 'helper:pass'),
  (machine) => moveVictims(machine, 'keychain', 'file'),
  fileVictims,
  bulkVictims,
  stateVictims,
]

/** Kills a victim at random moments. */
export async function killAtRandom(
  machine: Machine,
  victim: Victim,
  times: number,
  random: () => number,
): Promise<Row> {
  const row = newRow(victim, 'at random')
  const usual = await undisturbed(victim)
  for (const instant of instants(random, times)) {
    const withChildren = random() < 0.5
    // If it ended before that moment, kill it earlier next time.
    const sooner = random() / 2
    const killed = await once(machine, row, { victim, instant, withChildren }, usual)
    if (!killed)
      await once(machine, row, { victim, instant: { at: 'time', part: sooner }, withChildren }, usual)
  }
  return row
}

/** Kills a victim before each of its steps, until it finishes. */
export async function killAtEachStep(machine: Machine, victim: Victim): Promise<Row> {
  const row = newRow(victim, 'before each step')
  for (let step = 1; ; step += 1) {
    const killed = await once(machine, row, { victim, instant: { at: 'step', step }, withChildren: false }, 0)
    if (!killed) return row
  }
}

function newRow({ what }: Victim, how: Row['how']): Row {
  return { what, how, kills: 0, left: { earlier: 0, new: 0 }, broken: [] }
}

/** @returns whether the process was killed before it finished. */
async function once(machine: Machine, row: Row, planned: Kill, usual: number): Promise<boolean> {
  const log = join(machine.dir, 'step')
  try {
    const left = await kill(planned, usual, log)
    if (!left) return false
    row.left[left] += 1
  } catch (error) {
    // The keyring daemon may crash from an interrupted connection, see report.ts: then the run says nothing
    // about od-link.
    if (await machine.revive()) return once(machine, row, planned, usual)
    const { instant, withChildren } = planned
    const when = instant.at === 'step' ? `step ${instant.step} (${stepIn(log)})` : JSON.stringify(instant)
    row.broken.push(`${when}${withChildren ? ', with its children' : ''}: ${(error as Error).message}`)
    // Broken although it finished: there is no last step to stop at.
    if (instant.at === 'step' && stepIn(log) === undefined) return false
  }
  row.kills += 1
  return true
}
