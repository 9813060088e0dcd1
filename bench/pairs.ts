import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A whole process to be timed. */
export interface Subject {
  command: string
  args: string[]
  env: NodeJS.ProcessEnv
}

/** A process that is made anew for each run, such as one with a name that is not taken. */
export function each(make: () => Subject): Subject {
  return {
    ...make(),
    get args() {
      return make().args
    },
  }
}

export interface Figures {
  /** Milliseconds, the median of all rounds. */
  ours: number
  theirs: number
  /** The median of the ratios, round by round: it holds when the machine's speed drifts. */
  ratio: number
}

/** Runs two programs in turn, a round not counted first. Each must end with 0. */
export async function inPairs(ours: Subject, theirs: Subject, rounds: number): Promise<Figures> {
  const times: [number, number][] = []
  for (let round = 0; round <= rounds; round += 1) {
    const pair: [number, number] = [await time(ours), await time(theirs)]
    if (round > 0) times.push(pair)
  }
  return {
    ours: median(times.map(([a]) => a)),
    theirs: median(times.map(([, b]) => b)),
    ratio: median(times.map(([a, b]) => a / b)),
  }
}

/** Runs a program to its end, which must be with 0. @returns milliseconds. */
export async function time({ command, args, env }: Subject): Promise<number> {
  const started = process.hrtime.bigint()
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk) => (stderr += chunk))
  const [code] = await once(child, 'exit')
  const milliseconds = Number(process.hrtime.bigint() - started) / 1e6
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stderr}`)
  return milliseconds
}

/** The median of several runs, in milliseconds: for what is compared with a program that takes minutes. */
export async function medianTime(subject: Subject, rounds: number): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) times.push(await time(subject))
  return median(times)
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
