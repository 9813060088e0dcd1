import { OdLinkError } from '../../errors.ts'
import type { Entries } from './entries.ts'
import { slotsOf } from './entry-names.ts'

/** An entry is truncated or damaged. Reading it again would not help. */
export class DamagedEntry extends OdLinkError {}

/**
 * Stores each value alternately in one of two entries, with a number that says which is newer. This is for places that
 * overwrite in place, such as the files of `pass`: a reader, also after a full disk or a killed write, finds the newest
 * complete value.
 */
export function inTwoSlots(entries: Entries): Entries {
  return {
    async get(name) {
      const { newest, problem } = await readSlots(name)
      if (!newest && problem) throw problem
      return newest?.value
    },

    async set(name, value) {
      const { newest, problem } = await readSlots(name)
      // The entry that cannot be read may be newer than the value to write.
      if (!newest && problem) throw problem
      const slot = slotsOf(name)[newest?.index === 0 ? 1 : 0]
      await entries.set(slot, Buffer.concat([Buffer.from(`${(newest?.turn ?? 0) + 1} `), value]))
    },

    async delete(name) {
      for (const slot of slotsOf(name)) await entries.delete(slot)
    },
  }

  /**
   * The newest complete value, and what is wrong with the other slot.
   * @throws what a call failed with, because a slot that cannot be read now may be the newer one, and the refresh token in
   *   the other one may already be used up.
   */
  async function readSlots(name: string): Promise<{ newest?: Slot | undefined; problem?: unknown }> {
    const results = await Promise.allSettled(slotsOf(name).map((slot) => entries.get(slot)))
    const problems = results.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    const failure = problems.find((problem) => !(problem instanceof DamagedEntry))
    if (failure) throw failure
    const found = results.flatMap((one, index) =>
      one.status === 'fulfilled' && one.value ? [parseSlot(one.value, index)] : [],
    )
    const [newest] = found.sort((a, b) => b.turn - a.turn)
    return { newest, problem: problems[0] }
  }
}

interface Slot {
  index: number
  turn: number
  value: Buffer
}

/** An entry without a number was not written by od-link; the caller will find that it is damaged. */
function parseSlot(entry: Buffer, index: number): Slot {
  const [number = '', turn = '0'] = /^(\d{1,15}) /.exec(entry.subarray(0, 16).toString('latin1')) ?? []
  return { index, turn: Number(turn), value: entry.subarray(number.length) }
}
