/*
 * oauth4webapi, a certified client library, in strict mode: it checks everything that the standards allow it
 * to check.
 */

import * as oauth from 'oauth4webapi'
import { describe, expect, it } from 'vitest'
import type { Sandbox } from '../../../sandbox/index.ts'
import { ada, control, grace, redirectUri, sandbox } from '../../helpers/sandbox/client.ts'

const plain = { [oauth.allowInsecureRequests]: true }
const personalTenant = '9188040d-6c67-4c5b-b112-36a304b66dad'
const workTenant = '5d1f0a3c-7be2-4c86-9d0e-2f6a41c7b893'

async function discover(to: Sandbox, tenant: string): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(`${to.origin}/${tenant}/v2.0`)
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, plain))
}

async function signIn(to: Sandbox, as: oauth.AuthorizationServer, more: Record<string, string> = {}) {
  const client = { client_id: to.clientId }
  const verifier = oauth.generateRandomCodeVerifier()
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
  const url = new URL(as.authorization_endpoint ?? '')
  const parameters = {
    ...client,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid profile email offline_access Files.ReadWrite',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...more,
  }
  url.search = new URLSearchParams(parameters).toString()
  const back = new URL((await fetch(url, { redirect: 'manual' })).headers.get('location') ?? '')
  const answer = oauth.validateAuthResponse(as, client, back, state)
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    oauth.None(),
    answer,
    redirectUri,
    verifier,
    plain,
  )
  const result = await oauth.processAuthorizationCodeResponse(as, client, response, {
    expectedNonce: nonce,
    requireIdToken: true,
  })
  await oauth.validateApplicationLevelSignature(as, response, plain)
  return { client, result, claims: oauth.getValidatedIdTokenClaims(result) }
}

describe('oauth4webapi', () => {
  it.each([
    ['personal accounts', personalTenant, grace],
    ['a work tenant', workTenant, ada],
  ])('accepts discovery, id_token and signature of %s', async (_, tenant, username) => {
    const to = await sandbox()
    const as = await discover(to, tenant)
    const { claims, client, result } = await signIn(to, as)
    expect(claims).toMatchObject({ iss: as.issuer, tid: tenant, preferred_username: username })

    const renewal = await oauth.refreshTokenGrantRequest(
      as,
      client,
      oauth.None(),
      result.refresh_token ?? '',
      plain,
    )
    const renewed = await oauth.processRefreshTokenResponse(as, client, renewal)
    expect(oauth.getValidatedIdTokenClaims(renewed)?.sub).toBe(claims?.sub)

    const info = await oauth.userInfoRequest(as, client, result.access_token, plain).then(
      (response) => oauth.processUserInfoResponse(as, client, claims?.sub ?? '', response),
      (error) => error,
    )
    expect(info.sub).toBe(claims?.sub)
  })

  it('rejects the issuer of an alias, as with Microsoft', async () => {
    const to = await sandbox()
    for (const alias of ['common', 'organizations', 'consumers', 'contoso.example']) {
      await expect(discover(to, alias), alias).rejects.toThrow('"issuer"')
    }
  })

  it('completes the device flow, with every error on the way', async () => {
    const to = await sandbox({ slowDown: true })
    const as = await discover(to, workTenant)
    const client = { client_id: to.clientId }
    const started = await oauth.processDeviceAuthorizationResponse(
      as,
      client,
      await oauth.deviceAuthorizationRequest(as, client, oauth.None(), { scope: 'openid Files.Read' }, plain),
    )
    const poll = async () =>
      oauth.processDeviceCodeResponse(
        as,
        client,
        await oauth.deviceCodeGrantRequest(as, client, oauth.None(), started.device_code, plain),
      )
    const errorOf = (promise: Promise<unknown>) =>
      promise.then(
        () => undefined,
        (error) => error.error,
      )
    expect(await errorOf(poll())).toBe('authorization_pending')
    expect(await errorOf(poll())).toBe('slow_down')
    await control(to, 'POST', 'device', { user_code: started.user_code, username: ada })
    expect(await errorOf(poll())).toBe('slow_down')
    await control(to, 'POST', 'settings', { clockSkewSeconds: 10 })
    const result = await poll()
    expect(oauth.getValidatedIdTokenClaims(result)?.tid).toBe(workTenant)
    expect(await errorOf(poll())).toBe('bad_verification_code')
  })

  it('detects a wrong clock', async () => {
    const to = await sandbox()
    const as = await discover(to, workTenant)
    await control(to, 'POST', 'settings', { clockSkewSeconds: -2 * 3600 })
    await expect(signIn(to, as)).rejects.toThrow('"exp"')
  })

  it('reads an error', async () => {
    const to = await sandbox()
    const as = await discover(to, workTenant)
    await control(to, 'POST', 'next-sign-in', { error: 'access_denied', error_subcode: 'cancel' })
    await expect(signIn(to, as)).rejects.toMatchObject({ error: 'access_denied' })
  })
})
