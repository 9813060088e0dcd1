import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Account, listAccounts } from '../../src/accounts/index.ts'
import { cronVerdict } from '../../src/doctor/cron.ts'
import { changeRecord, useLinked } from '../helpers/linked.ts'
import { program } from '../helpers/od-link.ts'

/** The verdict is given in a running od-link, whose place this process takes. */
const linked = useLinked()
const [node = '', script = ''] = process.argv
let account: Account

beforeAll(() => {
  process.argv = [node, program]
  for (const [name, value] of Object.entries(linked.world.env)) vi.stubEnv(name, value)
  account = listAccounts()[0] as Account
})
afterAll(() => {
  process.argv = [node, script]
  vi.unstubAllEnvs()
})

it('is one line where it works', async () => {
  expect(await cronVerdict(account)).toEqual({
    works: true,
    sentence: 'It works from cron, too: od-link doctor --cron prints the line.',
  })
})

it('is one line with the reason where it does not', async () => {
  changeRecord(linked.world, { graphOrigin: 'http://localhost:9' })
  expect(await cronVerdict(account)).toEqual({
    works: false,
    sentence:
      'From cron it would fail: localhost:9 refuses the connection. od-link doctor --cron tells more.',
  })
  changeRecord(linked.world, { graphOrigin: linked.sandbox.origin })
})

it('comes within its 5 s, and ends what it started', async () => {
  await linked.weather('/me/drive', { hang: 'headers' }, 9)
  const started = performance.now()
  const { works, sentence } = await cronVerdict(account)
  await linked.calm()
  expect(performance.now() - started).toBeLessThan(6_000)
  expect({ works, sentence }).toEqual({ works: false, sentence: expect.stringContaining('within 5 s') })
})

it('never throws', async () => {
  process.argv = [node, '/nowhere/od-link.js']
  const { works, sentence } = await cronVerdict(account)
  process.argv = [node, program]
  expect({ works, sentence }).toEqual({
    works: false,
    sentence: expect.stringMatching(/^From cron it would fail: /),
  })
})
