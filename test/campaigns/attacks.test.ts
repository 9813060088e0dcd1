import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attacker, bringTruth } from '../../campaigns/attacks/assault.ts'
import type { Attack, Need } from '../../campaigns/attacks/attack.ts'
import { attacks, grouped, needsOf } from '../../campaigns/attacks/attacks.ts'
import { type Login, odLinkTarget, type Target } from '../../campaigns/attacks/target.ts'
import { expectStrictHeaders } from '../helpers/network/expect-strict.ts'
import { canBeAnother } from '../helpers/system/another-user.ts'
import { hasRealPart } from '../helpers/system/real-part.ts'

const has: Record<Need, boolean> = {
  sandbox: true,
  chromium: hasRealPart('chromium', 'hostile pages in a browser'),
  'another user': canBeAnother('another user who wants the port of a login'),
}
const possible = attacks.filter((attack) => needsOf(attack).every((need) => has[need]))

/** A second, on a machine that has nothing else to do; `npm run test:attacks` holds to that. */
const allowedMs = 5_000

let target: Target
let attacking: ReturnType<typeof attacker>

beforeAll(async () => {
  target = await odLinkTarget()
  attacking = attacker(target, allowedMs)
})
afterAll(async () => {
  await attacking?.stop()
  await target?.stop()
})

async function withstands(login: Login, attack: Attack): Promise<void> {
  const { faults, answers } = await attacking.attackOnce(login, attack, false)
  expect(faults).toEqual([])
  for (const { status, headers } of answers) {
    if (status > 0) expectStrictHeaders(headers)
    if (attack.status) expect(status).toBe(attack.status)
  }
}

describe.each(grouped(possible))('a login withstands %s:', (_, own) => {
  const [lasting, ending] = [own.filter((attack) => !endsIt(attack)), own.filter(endsIt)]
  let login: Login | undefined

  afterAll(() => login?.end())

  // One login for all of them, as long as it waits: starting one takes the most time here.
  it.each(lasting.map((attack) => [attack.name, attack] as const))('%s', async (_name, attack) => {
    if (!login?.waits()) {
      await login?.end()
      login = await target.begin()
    }
    await withstands(login, attack)
  })

  it.runIf(lasting.length > 0)('and takes the true answer after that', async () => {
    const faults: string[] = []
    if (!login) throw new Error('no login was begun')
    expect(await bringTruth(login, faults)).toBeLessThan(allowedMs)
    expect(faults).toEqual([])
  })

  it.each(ending.map((attack) => [attack.name, attack] as const))('%s', async (_name, attack) => {
    const own = await target.begin()
    try {
      await withstands(own, attack)
    } finally {
      await own.end()
    }
  })
})

function endsIt(attack: Attack): boolean {
  return 'act' in attack && attack.ends !== undefined
}
