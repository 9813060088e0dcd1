import { afterAll, beforeAll, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../../helpers/microsoft/sandbox.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'

let sandbox: SandboxProcess
let world: World
beforeAll(async () => {
  sandbox = await startSandbox()
  world = newWorld(sandbox)
})
afterAll(async () => {
  world?.remove()
  await sandbox?.stop()
})

it('od-link alone says what it is and how to begin, in lines of 80 columns', async () => {
  const env = { OD_LINK_CLIENT_ID: '' }
  const { code, stdout, stderr } = await world.run([], { env })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^Link a terminal to your OneDrive once\./)
  expect(stdout.match(/^ {2}od-link \w+/gm)).toEqual(['  od-link setup', '  od-link demo', '  od-link help'])
  expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80)
})

it('with an app registration it begins with login, and with a link it says whose it is', async () => {
  expect((await world.run([])).stdout).toMatch(/^ {2}od-link login /m)
  await world.login('--as', 'work')
  const one = await world.run([])
  expect(one.stdout).toMatch(/^Linked: work \(ada@contoso\.example, work account\)\n\n/)
  expect(one.stdout).toContain((await world.run(['help'])).stdout)
  await world.login('--login-hint', 'grace@outlook.example')
  const [linked = ''] = (await world.run([])).stdout.split('\n\n')
  expect(linked.split('\n')).toEqual([
    'Linked: work (ada@contoso.example, work account, default); grace@outlook.example',
    '(personal account)',
  ])
  await sandbox.control('POST', 'revoke')
  await sandbox.control('POST', 'expire')
  expect((await world.run(['mkdir', '/x'])).code).toBe(4)
  expect((await world.run([])).stdout).toMatch(
    /^Linked: work \(ada@contoso\.example, work account, default, ended; see od-link\sstatus\);/,
  )
})
