import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasMachine, type Machine, startMachine } from '../../campaigns/sudden-death/machine.ts'
import { chanceOf } from '../../campaigns/sudden-death/plan.ts'
import { killAtRandom, places } from '../../campaigns/sudden-death/run.ts'

/** A sample: one kill for half of the victims, by the seed. `npm run test:sudden-death` kills some hundred times. */
const times = 1

describe.runIf(hasMachine())('what is killed in the middle', () => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  let machine: Machine
  beforeAll(async () => {
    machine = await startMachine()
  })
  afterAll(() => machine?.stop())

  it.each([...places.entries()])(
    'leaves the earlier state or the new one, whole (place %i)',
    async (index, place) => {
      const { victims, end } = await place(machine)
      for (const [at, victim] of victims.entries()) {
        if ((seed + at) % 2 !== 0) continue
        const random = chanceOf(seed, index, at)
        const { what, broken } = await killAtRandom(machine, victim, times, random)
        expect(
          broken,
          `${what}; the same again: npm run test:sudden-death -- --seed ${seed} --times ${times}`,
        ).toEqual([])
      }
      await end()
    },
  )
})
