import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasKeyring, type Keyring, startKeyring } from '../helpers/keyring.ts'
import { type SandboxProcess, startSandbox } from '../helpers/sandbox.ts'
import { newWorld, type World } from '../helpers/world.ts'

describe.runIf(hasKeyring())('od-link mkdir, with a real keychain', () => {
  let keyring: Keyring
  let sandbox: SandboxProcess
  let world: World

  beforeAll(async () => {
    ;[keyring, sandbox] = await Promise.all([startKeyring(), startSandbox()])
    world = newWorld(sandbox, keyring)
    await world.login()
  })
  afterAll(async () => {
    world?.remove()
    await sandbox?.stop()
    await keyring?.stop()
  })

  it('makes a folder and prints its path alone', async () => {
    const { code, stdout, stderr } = await world.run(['mkdir', '/', 'Reports'])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '/Reports\n', stderr: '' })
  })
})
