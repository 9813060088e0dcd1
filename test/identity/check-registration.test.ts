import { afterEach, describe, expect, it } from 'vitest'
import { checkRegistration } from '../../src/identity/check-registration.ts'
import { type Answer, startServer, type TestServer } from '../helpers/network/server.ts'

let server: TestServer
afterEach(() => server?.stop())

/** Tries a registration out at an authorize page that gives this answer. */
async function check(answer: Answer) {
  server = await startServer(() => answer)
  const { origin } = server
  const authority = {
    authorizationEndpoint: `${origin}/common/oauth2/v2.0/authorize`,
    tokenEndpoint: '',
    deviceCodeEndpoint: '',
    jwksUri: '',
    issuer: '',
  }
  const registration = { clientId: 'an-id', tenant: 'common' }
  const redirectUri = 'http://localhost'
  await checkRegistration(authority, registration, {
    ...registration,
    loginOrigin: origin,
    scope: 'openid',
    redirectUri,
  })
}
const html = { 'content-type': 'text/html' }
const unknown = 'AADSTS700016: Application not found. Trace ID: 12-ab Timestamp: 2026-11-24 17:00:00Z'
const told = {
  kind: 'sign-in',
  code: 'AADSTS700016',
  message: 'Microsoft does not know this client ID in this tenant or cloud.',
  requestId: '12-ab',
  timestamp: '2026-11-24 17:00:00Z',
}
const back = (description: string) =>
  `http://localhost/?${new URLSearchParams({ error: 'unauthorized_client', error_description: description })}`

describe('a registration that Microsoft refuses', () => {
  it.each<[where: string, answer: Answer]>([
    ['a page', { status: 200, headers: html, body: `<html><p>${unknown}</p><p>AADSTS50011: x</p></html>` }],
    ['a redirect', { status: 302, headers: { location: back(unknown) }, body: '' }],
    [
      'a redirect with a page that names another',
      { status: 302, headers: { ...html, location: back(unknown) }, body: 'AADSTS50011: x' },
    ],
    ['JSON', { status: 400, body: { error: 'x', error_description: unknown } }],
    [
      'JSON that names another elsewhere',
      { status: 400, body: { more: 'AADSTS50011: x', error_description: unknown } },
    ],
    [
      'a page beside a place that is none',
      { status: 302, headers: { ...html, location: '/login' }, body: unknown },
    ],
  ])('is told of with all that it said on %s', async (_, answer) => {
    await expect(check(answer)).rejects.toMatchObject(told)
  })

  it('is told of without what stands behind on the page', async () => {
    const body = `<p>${unknown}</p><script>secret</script>`
    await expect(check({ status: 200, headers: html, body })).rejects.toMatchObject({
      cause: { error: 'invalid_request', error_description: unknown },
    })
  })

  it('is told of with the number of the answer, which counts for more than that of the text', async () => {
    const headers = { ...html, 'x-ms-request-id': '34-cd' }
    await expect(check({ status: 200, headers, body: unknown })).rejects.toMatchObject({
      ...told,
      requestId: '34-cd',
    })
  })
})

describe('a registration that nothing is surely wrong with', () => {
  it.each<[what: string, answer: Answer]>([
    ['that nobody is signed in', { status: 302, headers: { location: back('AADSTS50058: x') }, body: '' }],
    [
      'nothing in the redirect',
      { status: 302, headers: { location: 'http://localhost/?error=login_required' }, body: '' },
    ],
    ['a page without a number', { status: 200, headers: html, body: '<html>Sign in</html>' }],
    ['a number too short', { status: 200, headers: html, body: 'AADSTS700: x' }],
    ['a number without words', { status: 200, headers: html, body: 'AADSTS700016' }],
    ['no text in its JSON', { status: 400, body: { error_description: 7 } }],
  ])('passes with %s', async (_, answer) => {
    await expect(check(answer)).resolves.toBeUndefined()
  })
})
