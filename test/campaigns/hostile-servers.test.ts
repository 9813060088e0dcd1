/* A sample of what `npm run hostile` does: a few attacks of every group. */

import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Attack, Result } from '../../campaigns/hostile-servers/attack.ts'
import { allCases } from '../../campaigns/hostile-servers/cases/index.ts'
import { perform } from '../../campaigns/hostile-servers/perform.ts'
import { scenes } from '../../campaigns/hostile-servers/scenes.ts'
import { reset, type Stage, setStage } from '../../campaigns/hostile-servers/stage.ts'
import { type Stranger, startStranger } from '../../campaigns/hostile-servers/stranger.ts'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'

let sandbox: SandboxProcess
let stranger: Stranger
let stage: Stage

beforeAll(async () => {
  ;[sandbox, stranger] = await Promise.all([startSandbox(), startStranger()])
  stage = await setStage(sandbox, stranger)
})
afterAll(async () => {
  await stage?.stop()
  stranger?.stop()
  await sandbox?.stop()
})

/** These are about waiting, so they take long. */
const isSlow = ({ group, scene }: Attack) =>
  scene === 'device' || /Very slow|Waiting times|endless HTTP/.test(group) || /10 MB|30 MB/.test(group)

/** So many of each group, from all over it. */
function sample(all: readonly Attack[], most: number): Attack[] {
  const quick = all.filter((attack) => !isSlow(attack))
  const groups = [...new Set(quick.map(({ group }) => group))]
  return groups.flatMap((group) => {
    const those = quick.filter((attack) => attack.group === group)
    const step = Math.max(1, those.length / most)
    return Array.from(
      { length: Math.min(most, those.length) },
      (_, n) => those[Math.floor(n * step)] as Attack,
    )
  })
}

const inWords = ({ attack, problems, output }: Result) =>
  `${attack.group}: ${attack.name} (${attack.scene}): ${problems.join(', ')}\n${output}`

it('whatever a server says, every command ends well, tells no secret and keeps the link', async () => {
  const attacks = sample(await allCases(stage), 3)
  const at = { sandbox, stranger }
  const results = [
    ...(await perform(
      attacks.filter(({ tls }) => !tls),
      at,
      { machines: 2 },
    )),
    ...(await perform(
      attacks.filter(({ tls }) => tls),
      at,
      { machines: 2, tls: true },
    )),
  ]
  expect(results.length).toBeGreaterThan(60)
  expect(results.filter(({ problems }) => problems.length > 0).map(inWords)).toEqual([])
}, 300_000)

it('a login sends the code once, in the body of a POST, with its verifier', async () => {
  reset(stage)
  expect((await (await scenes.login.start(stage, [])).ended).code).toBe(0)
  const asked = stage.server.seen.map(({ exchange }) => exchange)
  const redemptions = asked.filter(({ kind }) => kind === 'token by code')
  expect(redemptions).toHaveLength(1)
  const form = new URLSearchParams(redemptions[0]?.body)
  expect(form.get('grant_type')).toBe('authorization_code')
  expect(form.get('code_verifier')).toMatch(/^[\w.~-]{43,128}$/)
  for (const { path } of asked) expect(path).not.toContain(form.get('code'))
})
