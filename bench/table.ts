import { program } from '../test/helpers/program/od-link.ts'
import { inPairs, type Subject } from './pairs.ts'

export const rounds = Number(process.env.ROUNDS ?? 21)

/** The environment of every measured program, with nothing of the person who measures. */
export const path = { PATH: '/usr/local/bin:/usr/bin:/bin' }

/** A command line of od-link. */
export const od = (args: string[], env: NodeJS.ProcessEnv = {}): Subject => node([program, ...args], env)

/** A command line of Node. */
export const node = (args: string[], env: NodeJS.ProcessEnv = {}): Subject => ({
  command: process.execPath,
  args,
  env: { ...path, ...env },
})

/** Prints the head of the table. */
export function printHead(): void {
  console.log(`Node ${process.version}, ${rounds} rounds; medians in ms, and of the ratios round by round\n`)
  console.log(`${'od-link'.padEnd(34)} ${'against'.padEnd(26)}  od-link    other    ratio   goal`)
}

/** Measures two programs in turn, and prints a row of the table. @param times how many rounds. */
export async function row(
  what: string,
  ours: Subject,
  against: string,
  theirs: Subject,
  goal: string,
  times = rounds,
): Promise<void> {
  const figures = await inPairs(ours, theirs, times)
  const cells = [what.padEnd(34), against.padEnd(26)]
  const numbers = [figures.ours.toFixed(0), figures.theirs.toFixed(0), figures.ratio.toFixed(2)]
  console.log(`${cells.join(' ')} ${numbers.map((text) => text.padStart(8)).join(' ')}   ${goal}`)
}
