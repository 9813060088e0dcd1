import { hostAttacks, methodAttacks, targetAttacks } from './addresses.ts'
import type { Attack, Need } from './attack.ts'
import { browserAttacks } from './browser-attacks.ts'
import { crowdAttacks } from './crowds.ts'
import { bodyAttacks, floodAttacks, protocolAttacks, smugglingAttacks } from './framing.ts'
import { neighbours } from './neighbours.ts'
import { parameters } from './parameters.ts'
import { replays } from './replays.ts'

/** All attacks. To add one: a line in the file of its kind. */
export const attacks: Attack[] = [
  ...parameters,
  ...hostAttacks,
  ...targetAttacks,
  ...methodAttacks,
  ...bodyAttacks,
  ...smugglingAttacks,
  ...protocolAttacks,
  ...floodAttacks,
  ...crowdAttacks,
  ...replays,
  ...browserAttacks,
  ...neighbours,
]

/** The attacks by group. */
export function grouped(some: Attack[]): [group: string, attacks: Attack[]][] {
  const groups = [...new Set(some.map(({ group }) => group))]
  return groups.map((group) => [group, some.filter((attack) => attack.group === group)])
}

export function needsOf(attack: Attack): Need[] {
  return 'act' in attack ? (attack.needs ?? []) : []
}
