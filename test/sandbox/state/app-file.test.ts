import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readApps } from '../../../sandbox/index.ts'
import { startSandbox } from '../../helpers/microsoft/sandbox.ts'
import { odLink } from '../../helpers/program/od-link.ts'
import { call, form, sandbox, startDeviceFlow } from '../../helpers/sandbox/client.ts'

const dir = mkdtempSync(join(tmpdir(), 'od-link-app-'))
afterAll(() => rmSync(dir, { recursive: true }))

const clientId = 'b1a7c0de-0000-4000-8000-000000000001'
const secret = 'abc8Q~secret'

function fileWith(content: unknown): string {
  const file = join(dir, `${Math.random().toString(36).slice(2)}.json`)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

describe('an app file', () => {
  it('adds an application with its secret and redirect URIs', async () => {
    const uri = 'http://localhost:53682/'
    const file = fileWith({ clientId, name: 'Mine', secrets: ['old8Q~', secret], platforms: { web: [uri] } })
    const to = await startSandbox('--app', file)
    try {
      const asked = { client_id: clientId, redirect_uri: uri }
      const authorize = (fields: object) => {
        const query = form({ ...asked, response_type: 'code', scope: 'Files.Read', ...fields })
        return call(`${to.origin}/common/oauth2/v2.0/authorize?${query}`)
      }
      const location = (await authorize({})).headers.get('location') ?? ''
      const code = new URL(location).searchParams.get('code') ?? ''
      const redeem = (client_secret: string) =>
        call(`${to.origin}/common/oauth2/v2.0/token`, {
          method: 'POST',
          body: form({ ...asked, grant_type: 'authorization_code', code, client_secret }),
        })
      expect((await redeem('another')).json.error_codes).toEqual([7000215])
      expect((await redeem(secret)).json.scope).toContain('Files.Read')
      expect((await authorize({ redirect_uri: 'http://localhost:53682/other' })).text).toContain(
        'AADSTS50011',
      )
      expect((await authorize({ client_id: clientId.replace('1', '2') })).text).toContain('AADSTS700016')
    } finally {
      await to.stop()
    }
  })

  it('may be a list, and be given again', async () => {
    const other = { clientId: clientId.replace('b1', 'b2'), audience: 'PersonalMicrosoftAccount' }
    const third = { clientId: clientId.replace('b1', 'b3'), allowPublicClientFlows: true }
    const to = await startSandbox('--app', fileWith([{ clientId }, other]), '--app', fileWith(third))
    try {
      const start = (client_id: string) =>
        call(`${to.origin}/common/oauth2/v2.0/devicecode`, {
          method: 'POST',
          body: form({ client_id, scope: 'openid' }),
        })
      expect((await start(third.clientId)).status).toBe(200)
      expect((await start(other.clientId)).json.error_codes).toEqual([9002331])
    } finally {
      await to.stop()
    }
  })

  it.each([
    ['contoso.example', 'AzureADMyOrg', { common: 50194, 'contoso.example': 1 }],
    ['5D1F0A3C-7be2-4c86-9d0e-2f6a41c7b893', 'AzureADMyOrg', { organizations: 50194, 'contoso.example': 1 }],
    ['common', undefined, { common: 1, consumers: 1, organizations: 1 }],
    ['organizations', undefined, { organizations: 1, common: 1, consumers: 9002332 }],
    ['consumers', undefined, { consumers: 1, common: 9002331 }],
    ['consumers', 'AzureADandPersonalMicrosoftAccount', { consumers: 1, common: 1 }],
  ] as const)('is for the directories of its tenant, %s (%s)', async (tenant, audience, expected) => {
    const [app] = readApps(JSON.stringify({ clientId, tenant, audience, allowPublicClientFlows: true }))
    const to = await sandbox({ registrations: app ? [app] : [] })
    for (const [authority, number] of Object.entries(expected)) {
      const { json } = await startDeviceFlow(to, clientId, authority)
      expect(json.error_codes?.[0] ?? 1, authority).toBe(number)
    }
  })

  it.each([
    [{ clientId, tenant: 'common', audience: 'AzureADMyOrg' }, 'app.tenant cannot be common with'],
    [
      { clientId, tenant: 'consumers', audience: 'AzureADMultipleOrgs' },
      'app.tenant cannot be consumers with',
    ],
    ['{', 'It is not valid JSON'],
    [{}, 'app.clientId is missing.'],
    [{ clientId: 'mine' }, 'app.clientId must be a GUID.'],
    [
      { clientId: '000000004C12E85D' },
      'app.clientId is one of the Live SDK, so its audience must be PersonalMicrosoftAccount.',
    ],
    [[{ clientId }, { clientId }], 'apps[1].clientId is a duplicate'],
    [{ clientId, secret }, 'app.secret is not a known field; these are: clientId, name, secrets'],
    [{ clientId, audience: 'everybody' }, 'app.audience must be "AzureADMyOrg" or'],
    [{ clientId, audience: 'AzureADMyOrg' }, 'app.tenant is missing.'],
    [{ clientId, platforms: { mobile: [] } }, 'app.platforms.mobile is not a known field'],
    [{ clientId, platforms: { web: ['http://web.example/'] } }, 'http is only for localhost.'],
    [{ clientId, platforms: { web: ['app://auth'] } }, 'only for mobile and desktop applications.'],
    [{ clientId, platforms: { web: ['https://*.web.example/'] } }, 'wildcards are not supported.'],
    [{ clientId, platforms: { spa: ['https://web.example/?a=b'] } }, 'without a query or fragment.'],
  ])('is refused with a sentence where it makes no sense: %j', async (content, message) => {
    const file = fileWith(content)
    const { code, stdout, stderr } = await odLink(['sandbox', '--app', file])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr.replace(/\s+/g, ' ')).toContain(message)
    expect(stderr).toContain(file)
  })

  it('is refused when there is none', async () => {
    const { code, stderr } = await odLink(['sandbox', '--app', join(dir, 'none.json')])
    expect([code, stderr]).toEqual([2, expect.stringContaining("Couldn't read")])
  })
})
