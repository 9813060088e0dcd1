import { OdLinkError } from '../../errors.ts'
import type { Entries } from './entries.ts'

/** An entry is there, but not whole: cut short, or not what was written. Asking again would not help. */
export class DamagedEntry extends OdLinkError {}

/**
 * Keeps each value in one of two entries, in turn, with a number that says which is the newer: for a place that
 * overwrites in place, such as a file of `pass`. A reader, and whoever comes after a full disk or a killed writing,
 * finds the newest value that is whole.
 */
export function inTwoSlots(entries: Entries): Entries {
  return {
    async get(name) {
      const { newest, trouble } = await look(name)
      if (!newest && trouble) throw trouble
      return newest?.value
    },

    async set(name, value) {
      const { newest, trouble } = await look(name)
      // What cannot be read may be newer than what would be written.
      if (!newest && trouble) throw trouble
      const slot = slotsOf(name)[newest?.index === 0 ? 1 : 0]
      await entries.set(slot, Buffer.concat([Buffer.from(`${(newest?.turn ?? 0) + 1} `), value]))
    },

    async delete(name) {
      for (const slot of slotsOf(name)) await entries.delete(slot)
    },
  }

  /**
   * The newest value that is whole, and why another is not.
   * @throws what a call failed with: an entry that could not be read now may be the newest, and the refresh token in
   *   the other one used up.
   */
  async function look(name: string): Promise<{ newest?: Slot | undefined; trouble?: unknown }> {
    const looked = await Promise.allSettled(slotsOf(name).map((slot) => entries.get(slot)))
    const troubles = looked.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    const failure = troubles.find((trouble) => !(trouble instanceof DamagedEntry))
    if (failure) throw failure
    const found = looked.flatMap((one, index) =>
      one.status === 'fulfilled' && one.value ? [parseSlot(one.value, index)] : [],
    )
    const [newest] = found.sort((a, b) => b.turn - a.turn)
    return { newest, trouble: troubles[0] }
  }
}

interface Slot {
  index: number
  turn: number
  value: Buffer
}

function slotsOf(name: string): [first: string, second: string] {
  return [name, `${name} second`]
}

/** What has no number was put there by another hand; whoever asked for it will say that it is damaged. */
function parseSlot(entry: Buffer, index: number): Slot {
  const [number = '', turn = '0'] = /^(\d{1,15}) /.exec(entry.subarray(0, 16).toString('latin1')) ?? []
  return { index, turn: Number(turn), value: entry.subarray(number.length) }
}
