import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../../helpers/microsoft/sandbox.ts'
import { odLink, startOdLink } from '../../helpers/program/od-link.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'

describe('the lines that od-link sandbox prints', () => {
  let real: SandboxProcess
  let world: World
  beforeAll(async () => {
    real = await startSandbox()
    world = newWorld(real)
    await world.login()
  })
  afterAll(async () => {
    world?.remove()
    await real?.stop()
  })

  it('lead to links of its own, so that a trial leaves the real drive alone; they are gone with it', async () => {
    const sandbox = startOdLink(['sandbox', '--sign-in', 'automatic'])
    await sandbox.seen(/Press Ctrl-C/)
    const lines = sandbox.output().matchAll(/^export (\w+)=(.*)$/gm)
    const env = { ...world.env, ...Object.fromEntries([...lines].map(([, name, value]) => [name, value])) }
    expect((await odLink(['login'], { env })).code).toBe(0)
    expect(await odLink(['mkdir', '/Oops'], { env })).toMatchObject({ code: 0, stdout: '/Oops\n' })
    const drive = await real.control('GET', 'drive?username=ada@contoso.example')
    expect(JSON.stringify(drive)).not.toContain('Oops')
    expect(existsSync(String(env.OD_LINK_CONFIG_DIR))).toBe(true)
    sandbox.child.kill()
    await sandbox.ended
    expect(existsSync(String(env.OD_LINK_CONFIG_DIR))).toBe(false)
  })

  it('without that directory, no command of a link to another server sends anything', async () => {
    await real.control('DELETE', 'log')
    for (const args of [['mkdir', '/Oops'], ['token'], ['api', '/me'], ['mkdir', '--from-file', '-']]) {
      const env = { OD_LINK_GRAPH_HOST: 'http://localhost:9' }
      const { code, stdout, stderr } = await world.run(args, { env, input: '/Oops\n' })
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain(
        `is for ${real.origin}, but OD_LINK_GRAPH_HOST names another server. Nothing was sent.`,
      )
      expect(stderr).toContain('next: To use the link, unset OD_LINK_GRAPH_HOST.')
    }
    expect(await real.control('GET', 'log')).toEqual([])
    const same = { OD_LINK_GRAPH_HOST: `${real.origin}/` }
    expect((await world.run(['mkdir', '/Mine'], { env: same })).code).toBe(0)
  })
})
