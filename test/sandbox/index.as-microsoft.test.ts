import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { afterEach, describe, expect, it } from 'vitest'
import { startSandbox } from '../../sandbox/index.ts'
import { call, form, grace, type Json, sandbox, scope } from '../helpers/sandbox/client.ts'
import {
  canBeMicrosoft,
  type MicrosoftWorld,
  startMicrosoftWorld,
} from '../helpers/sandbox/microsoft-world.ts'

const worlds = canBeMicrosoft('a sandbox under Microsoft’s own names')

let world: MicrosoftWorld | undefined
afterEach(async () => {
  await world?.stop()
  world = undefined
})

/** curl, which follows what it is told to. @returns the answer as JSON, or as text. */
async function curl(...args: string[]): Promise<Json> {
  const text = (await world?.must('curl', ['-sS', '--fail-with-body', ...args])) ?? ''
  return text.startsWith('{') ? JSON.parse(text) : text
}

async function signIn(username: string): Promise<string[]> {
  const client = { client_id: world?.clientId, redirect_uri: 'http://localhost' }
  const asked = form({ ...client, response_type: 'code', scope, login_hint: username })
  const authority = 'https://login.microsoftonline.com/common/oauth2/v2.0'
  const location = await curl('-o', '/dev/null', '-w', '%{redirect_url}', `${authority}/authorize?${asked}`)
  const code = new URL(location).searchParams.get('code') ?? ''
  const body = form({ ...client, grant_type: 'authorization_code', code })
  const { access_token } = await curl('-d', String(body), `${authority}/token`)
  return ['-H', `Authorization: Bearer ${access_token}`]
}

describe.skipIf(!worlds)('a sandbox as Microsoft, on a machine of its own', () => {
  it('answers under every one of Microsoft’s names, with a certificate that the system trusts', async () => {
    world = await startMicrosoftWorld()
    const hosts = readFileSync(`${world.dir}/hosts`, 'utf8').split('\n')[2]?.split(' ').slice(1) ?? []
    expect(hosts).toEqual(
      expect.arrayContaining(['login.microsoftonline.com', 'graph.microsoft.com', 'contoso.sharepoint.com']),
    )
    // Whichever service is there, each has an answer of its own for discovery.
    for (const host of hosts) {
      const url = `https://${host}/common/v2.0/.well-known/openid-configuration`
      const answer = await world.must('curl', [
        '-sS',
        '-o',
        '/dev/null',
        '-w',
        '%{ssl_verify_result} %{http_code}',
        url,
      ])
      expect(answer, host).toMatch(/^0 (200|400|404)$/)
    }
    for (const host of ['login.microsoftonline.com', 'login.windows.net', 'sts.windows.net']) {
      const url = `https://${host}/common/v2.0/.well-known/openid-configuration`
      expect(await curl(url), host).toMatchObject({
        issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0',
        token_endpoint: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
        userinfo_endpoint: 'https://graph.microsoft.com/oidc/userinfo',
        cloud_instance_name: 'microsoftonline.com',
        msgraph_host: 'graph.microsoft.com',
      })
    }
  })

  it.each([
    ['ada@contoso.example', 'contoso-my.sharepoint.com', 'contoso-my.sharepoint.com'],
    [grace, 'my.microsoftpersonalcontent.com', 'onedrive.live.com'],
  ])('reaches everything that the drive of %s names', async (username, contentHost, webHost) => {
    world = await startMicrosoftWorld()
    const token = await signIn(username)
    const drive = 'https://graph.microsoft.com/v1.0/me/drive'
    const file = await curl(...token, '-X', 'PUT', '-d', 'one', `${drive}/root:/one.txt:/content`)
    const session = await curl(...token, '-X', 'POST', `${drive}/root:/two.txt:/createUploadSession`)
    expect(new URL(session.uploadUrl).host).toBe(contentHost)
    const sent = ['-X', 'PUT', '-H', 'Content-Range: bytes 0-2/3', '-d', 'two', session.uploadUrl]
    expect(await curl(...sent)).toMatchObject({ name: 'two.txt', size: 3 })

    const first = await curl(...token, `${drive}/root/children?$top=1`)
    expect(new URL(first['@odata.nextLink']).host).toBe('graph.microsoft.com')
    const second = await curl(...token, first['@odata.nextLink'])
    expect([first, second].map(({ value }) => value[0].name)).toEqual(['one.txt', 'two.txt'])

    expect(new URL(file['@microsoft.graph.downloadUrl']).host).toBe(contentHost)
    expect(await curl(file['@microsoft.graph.downloadUrl'])).toBe('one')
    expect(await curl('-L', ...token, `${drive}/items/${file.id}/content`)).toBe('one')
    expect(new URL(file.webUrl).host).toBe(webHost)
    expect(await curl(file.webUrl)).toContain('one.txt')
  })

  it.each([
    ['common', 'https://login.microsoft.com/device'],
    ['organizations', 'https://microsoft.com/devicelogin'],
    ['consumers', 'https://www.microsoft.com/link'],
  ])('leads a person with a code for %s from Microsoft’s page to the sign-in', async (tenant, page) => {
    world = await startMicrosoftWorld()
    const asked = form({ client_id: world.clientId, scope })
    const address = `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/devicecode`
    const started = await curl('-d', String(asked), address)
    expect(started.verification_uri).toBe(page)
    const last = ['-o', '/dev/null', '-w', '%{url_effective} %{http_code}', '-L', page]
    expect(await curl(...last)).toBe('https://login.microsoftonline.com/common/oauth2/deviceauth 200')
  })
})

describe('the names of a sandbox', () => {
  /** The status of a request with a Host header of its own. */
  async function statusAt(to: { origin: string; caFile?: string }, host: string): Promise<number> {
    const { hostname, port } = new URL(to.origin)
    const ca = readFileSync(to.caFile ?? '')
    return new Promise((resolve, reject) => {
      request(
        { hostname, port, ca, agent: false, servername: 'localhost', headers: { host } },
        (response) => {
          response.resume()
          resolve(response.statusCode ?? 0)
        },
      )
        .on('error', reject)
        .end()
    })
  }

  it('are Microsoft’s and those of loopback, and no other', async () => {
    const to = await sandbox({ asMicrosoft: true, port: 0 })
    const { port } = new URL(to.origin)
    for (const host of ['graph.microsoft.com', 'GRAPH.microsoft.com:443', `graph.microsoft.com:${port}`])
      expect(await statusAt(to, host), host).toBe(200)
    expect(await statusAt(to, `localhost:${port}`)).toBe(200)
    for (const host of [
      'evil.example',
      'graph.microsoft.com.evil.example',
      'localhost:1',
      'graph.microsoft.us',
    ])
      expect(await statusAt(to, host), host).toBe(400)
    const plain = await sandbox({ tls: true })
    expect(await statusAt(plain, 'graph.microsoft.com')).toBe(400)
  })

  it('may be chosen, beside Microsoft’s or alone', async () => {
    const origins = { authority: 'https://login.microsoftonline.us', graph: 'https://graph.microsoft.us' }
    const to = await sandbox({ asMicrosoft: true, port: 0, origins })
    expect(to).toMatchObject({ authorityOrigin: origins.authority, graphOrigin: origins.graph })
    expect(await statusAt(to, 'graph.microsoft.us')).toBe(200)
    expect(await statusAt(to, 'graph.microsoft.com')).toBe(400)

    const behind = await sandbox({ origins: { authority: 'https://login.proxy.test' } })
    expect(behind.hosts).toEqual(['login.proxy.test'])
    const { json } = await call(`${behind.origin}/common/v2.0/.well-known/openid-configuration`)
    expect(json.token_endpoint).toBe('https://login.proxy.test/common/oauth2/v2.0/token')
    expect(json.userinfo_endpoint).toBe(`${behind.origin}/oidc/userinfo`)
  })

  it.each(['login.example', 'https://login.example/common', 'ftp://login.example', 'https://login.example/'])(
    'are refused when they are no origin: %s',
    async (authority) => {
      await expect(startSandbox({ origins: { authority } })).rejects.toThrow('must look like')
    },
  )
})
