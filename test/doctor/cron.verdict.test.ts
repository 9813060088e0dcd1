import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Account } from '../../src/accounts/account.ts'
import { listAccounts } from '../../src/accounts/index.ts'
import { cronVerdict } from '../../src/doctor/cron.ts'
import { useLinked } from '../helpers/program/linked.ts'
import { program } from '../helpers/program/od-link.ts'

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
  expect(await cronVerdict(account)).toEqual([
    'Cron jobs can use it too; for a crontab line:',
    'od-link doctor --cron',
  ])
})

it('is one line with the reason where it does not', async () => {
  const links = join(linked.world.dir, 'settings', 'links')
  chmodSync(links, 0o755)
  const [sentence] = await cronVerdict(account)
  chmodSync(links, 0o700)
  expect(sentence).toMatch(/^Cron jobs can't use this link yet\. Other users can read .*\. Details:$/)
})

it('comes within its 5 s, and ends what it started', async () => {
  const endless = join(linked.world.dir, 'endless.cjs')
  writeFileSync(
    endless,
    "require('fs').writeFileSync(__filename + '.pid', String(process.pid)); setInterval(() => {}, 1e6)",
  )
  process.argv = [node, endless]
  const started = performance.now()
  const [sentence] = await cronVerdict(account)
  process.argv = [node, program]
  expect(performance.now() - started).toBeLessThan(6_000)
  expect(sentence).toContain('within 5 seconds')
  const pid = Number(readFileSync(`${endless}.pid`, 'utf8'))
  await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false)
})

it('never throws', async () => {
  process.argv = [node, '/nowhere/od-link.js']
  const [sentence] = await cronVerdict(account)
  process.argv = [node, program]
  expect(sentence).toMatch(/^Cron jobs can't use this link yet\. /)
})
