import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { startProxy, type TestProxy } from '../helpers/network/proxy.ts'
import { type Front, loginBehind, startFront } from '../helpers/network/tls-front.ts'
import { behindTheScenes, changeRecord } from '../helpers/program/linked.ts'
import { newWorld, type World } from '../helpers/program/world.ts'
import { hasRealPart } from '../helpers/system/real-part.ts'

/** https://learn.microsoft.com/en-us/graph/deployments */
const clouds = [
  ['global', 'login.microsoftonline.com', 'graph.microsoft.com', 'common'],
  ['usgov', 'login.microsoftonline.us', 'graph.microsoft.us', 'organizations'],
  ['dod', 'login.microsoftonline.us', 'dod-graph.microsoft.us', 'organizations'],
  ['usgovdod', 'login.microsoftonline.us', 'dod-graph.microsoft.us', 'organizations'],
  ['china', 'login.partner.microsoftonline.cn', 'microsoftgraph.chinacloudapi.cn', 'organizations'],
] as const
const hosts = [...new Set(clouds.flatMap(([, login, graph]) => [login, graph]))]
const elsewhere = 'elsewhere.example'

/** Microsoft's names lead to the sandbox, by a proxy that sees who is asked for. */
describe.runIf(hasRealPart('openssl', 'tests of TLS'))('clouds', () => {
  let sandbox: SandboxProcess
  let front: Front
  let proxy: TestProxy
  let world: World

  beforeAll(async () => {
    sandbox = await startSandbox()
    front = await startFront(sandbox, [elsewhere, ...hosts])
    proxy = await startProxy(Object.fromEntries([elsewhere, ...hosts].map((host) => [host, front.port])))
  })
  afterEach(() => {
    world?.remove()
    front.seen.length = 0
    proxy.seen.length = 0
  })
  afterAll(async () => {
    await proxy?.stop()
    await front?.stop()
    await sandbox?.stop()
  })

  async function linkedIn(cloud: string): Promise<World> {
    world = newWorld(sandbox, undefined, {
      OD_LINK_AUTHORITY_HOST: undefined,
      OD_LINK_GRAPH_HOST: undefined,
      OD_LINK_CLOUD: cloud,
      HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
      NODE_EXTRA_CA_CERTS: front.certificate.authority,
    })
    const { code, stdout, stderr } = await loginBehind(world, sandbox)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [, address = ''] = /"address":"([^"]+)"/.exec(stdout) ?? []
    expect(new URL(address).searchParams.get('scope')).not.toContain('://')
    return world
  }
  /** Which hosts were asked for, and which tenants of the sign-in. */
  const asked = () => [...new Set(front.seen.map(({ headers }) => headers.host))]
  const tenants = () => [
    ...new Set(
      front.seen.map(({ url }) => /^\/([^/]+)\/(oauth2|v2\.0|discovery)\//.exec(url)?.[1]).filter(Boolean),
    ),
  ]

  it.each(clouds)('%s: sign-in at %s, drive at %s, tenant %s', async (cloud, login, graph, tenant) => {
    await linkedIn(cloud)
    expect(asked()).toEqual([login])
    expect(tenants()).toEqual([tenant])
    front.seen.length = 0
    const { code, stdout } = await world.run(['mkdir', '/', `in ${cloud}`])
    expect({ code, stdout }).toEqual({ code: 0, stdout: `/in ${cloud}\n` })
    expect(asked()).toEqual([graph])
  })

  it('a link never leaves the cloud it was made in, whatever the variables say later', async () => {
    await linkedIn('usgov')
    changeRecord(world, { expiresAt: 0 })
    const others = {
      OD_LINK_CLOUD: 'china',
      OD_LINK_AUTHORITY_HOST: `https://${elsewhere}`,
      OD_LINK_TENANT: 'contoso.example',
    }
    for (const env of [others, { OD_LINK_CLOUD: 'global' }, { OD_LINK_CLOUD: 'nonsense' }]) {
      front.seen.length = 0
      changeRecord(world, { expiresAt: 0 })
      const { code, stderr } = await world.run(['mkdir', '-p', '/here'], { env })
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(asked()).toEqual(['login.microsoftonline.us', 'graph.microsoft.us'])
      expect((await world.run(['status', '--check'], { env })).code).toBe(0)
    }
    // A person who names another Graph means that one, so the link is not used at all.
    front.seen.length = 0
    const env = { OD_LINK_GRAPH_HOST: `https://${elsewhere}` }
    const { code, stderr } = await world.run(['mkdir', '/Oops'], { env })
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('Nothing was sent.') })
    expect(asked()).toEqual([])
    expect(proxy.seen.join()).not.toMatch(/elsewhere|microsoftonline\.com|chinacloudapi/)
  })

  it.each([90038, 900439])('AADSTS%d names the flag for the cloud of the tenant', async (code) => {
    world = newWorld(sandbox)
    const { weather } = behindTheScenes(sandbox, world)
    await weather('/contoso.us/v2.0/.well-known', {
      status: 400,
      body: {
        error: 'invalid_request',
        error_description: `AADSTS${code}: In another cloud.`,
        error_codes: [code],
      },
    })
    const outcome = await world.run(['login', '--tenant', 'contoso.us'])
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code: 4, stdout: '' })
    expect(outcome.stderr).toContain('The account is in another Microsoft cloud.')
    expect(outcome.stderr).toContain(
      'od-link login --tenant contoso.us --cloud usgov\n        (other clouds: dod, china)\n',
    )
  })

  it.each(['GLOBAL', 'constructor', 'germany'])('"%s" is no cloud, and the names are told', async (cloud) => {
    world = newWorld(sandbox)
    for (const args of [['login'], ['config', 'set', 'cloud', cloud]]) {
      const { code, stdout, stderr } = await world.run(args, { env: { OD_LINK_CLOUD: cloud } })
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain(`Unknown cloud: "${cloud}".`)
      expect(stderr).toContain('global, usgov, dod, china')
    }
  })
})
