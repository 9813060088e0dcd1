import type { SandboxProcess } from '../../test/helpers/microsoft/sandbox.ts'
import { type Attack, type Result, run } from './attack.ts'
import { type Stage, setStage } from './stage.ts'
import type { Stranger } from './stranger.ts'

export interface How {
  machines: number
  tls?: boolean
  done?: (result: Result) => void
  /** When it returns true, no further attack starts. */
  isStopped?: () => boolean
}

/** Runs several attacks at a time, since most of them wait; the results are in the order of the attacks. */
export async function perform(
  attacks: readonly Attack[],
  { sandbox, stranger }: { sandbox: SandboxProcess; stranger: Stranger },
  { machines, tls = false, done, isStopped }: How,
): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const work = async (stage: Stage) => {
    for (let at = next++; at < attacks.length && !isStopped?.(); at = next++) {
      const result = await run(stage, attacks[at] as Attack)
      results[at] = result
      done?.(result)
    }
  }
  const count = Math.min(machines, attacks.length)
  const stages = await Promise.all(Array.from({ length: count }, () => setStage(sandbox, stranger, tls)))
  await Promise.all(stages.map(work)).finally(() => Promise.all(stages.map(({ stop }) => stop())))
  return results
}
