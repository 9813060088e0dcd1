import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startSandbox as serveSandbox } from '../../../sandbox/index.ts'
import { useNotSetUp } from '../../helpers/program/setup.ts'
import { kept } from '../../helpers/program/world-files.ts'

const at = useNotSetUp()

describe('an app that is registered for others is told apart before a browser opens', () => {
  const home = '5d1f0a3c-7be2-4c86-9d0e-2f6a41c7b893'
  const redirectUris = [{ uri: 'http://localhost', platform: 'public' as const }]
  const apps = [
    { clientId: '10000000-0000-0000-0000-000000000001', audience: 'AzureADMyOrg' as const, tenant: home },
    { clientId: '10000000-0000-0000-0000-000000000002', audience: 'PersonalMicrosoftAccount' as const },
    { clientId: '10000000-0000-0000-0000-000000000003', audience: 'AzureADMultipleOrgs' as const },
  ].map((app) => ({ ...app, name: 'App', redirectUris }))
  const [single, personal, work] = apps.map(({ clientId }) => clientId)
  let other: Awaited<ReturnType<typeof serveSandbox>>

  beforeAll(async () => {
    other = await serveSandbox({ registrations: apps })
  })
  afterAll(() => other?.close())

  it.each([
    [50194, single, [], /od-link setup --client-id \S+ --tenant TENANT\n/],
    [9002331, personal, [], /od-link setup --client-id \S+ --tenant consumers\n/],
    [9002332, work, ['--tenant', 'consumers'], /od-link setup --client-id \S+ --tenant organizations\n/],
    [50011, work, ['--redirect-uri', 'http://localhost/other'], /add http:\/\/localhost\/other\n/],
  ])('AADSTS%i', async (code, clientId, flags, words) => {
    const env = { OD_LINK_AUTHORITY_HOST: other.origin, OD_LINK_GRAPH_HOST: other.origin }
    const outcome = await at.setup(['--client-id', String(clientId), ...flags], undefined, env)
    expect(outcome).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining(`AADSTS${code}`) })
    expect(outcome.stderr).toMatch(words)
    expect(outcome.stderr).not.toMatch(/open this URL|visit:/)
    expect(kept(at.world)).toEqual({})
  })
})

describe('an answer of Microsoft that says nothing about the app', () => {
  beforeEach(() => at.sandbox.control('DELETE', 'weather'))
  const answering = (effect: object) =>
    at.sandbox.control('POST', 'weather', { match: 'oauth2/v2.0/authorize', effect })

  it.each([
    ['a sign-in page', { status: 200, body: '<html>Sign in. AADSTS is a word.</html>' }],
    ['a refusal to sign anyone in unseen', { status: 200, body: '<p>AADSTS50058: nobody is signed in</p>' }],
    ['a code that is not known', { status: 400, body: '{"error_description": "AADSTS4242424: new"}' }],
    ['a redirect elsewhere', { status: 302, headers: { location: 'https://example.com/?error=x' } }],
  ])('leaves it to the sign-in: %s', async (_, effect) => {
    await answering(effect)
    expect((await at.setup(['--client-id', at.sandbox.clientId])).code).toBe(0)
  })

  it.each([
    ['a page', { status: 200, body: '<p>AADSTS700016: No such app.</p>' }],
    ['JSON', { status: 400, body: '{"error_description": "AADSTS700016: No such app."}' }],
    [
      'a redirect',
      {
        status: 302,
        headers: { location: 'http://localhost/?error_description=AADSTS700016:+No+such+app.' },
      },
    ],
  ])('is told from a refusal of the app on %s', async (_, effect: { status: number; headers?: object }) => {
    await answering({ ...effect, headers: { ...effect.headers, 'x-ms-request-id': '12-ab' } })
    const { code, stderr } = await at.setup(['--client-id', at.sandbox.clientId])
    expect({ code, stderr }).toEqual({
      code: 4,
      stderr: expect.stringContaining('AADSTS700016 · request 12-ab'),
    })
    expect(kept(at.world)).toEqual({})
  })
})
