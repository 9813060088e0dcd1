/*
 * A relying party with openid-client, certified by the OpenID Foundation: discovery, the code flow with PKCE, userinfo, a
 * refresh, the device flow and the sign-out. Arguments: client id, secret, redirect URI, public client id. It prints what it
 * learned as JSON, a line each.
 */

import * as client from 'openid-client'

const [, , clientId, secret, redirectUri, publicId] = process.argv
const show = (facts) => console.log(JSON.stringify(facts))
const tenant = 'https://login.microsoftonline.com/contoso.example/v2.0'

const web = await client.discovery(new URL(tenant), clientId, secret)
const verifier = client.randomPKCECodeVerifier()
const [state, nonce] = [client.randomState(), client.randomNonce()]
const address = client.buildAuthorizationUrl(web, {
  redirect_uri: redirectUri,
  scope: 'openid profile email offline_access User.Read',
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state,
  nonce,
})
const { headers } = await fetch(address, { redirect: 'manual' })
const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce }
const tokens = await client.authorizationCodeGrant(web, new URL(headers.get('location')), checks)
const claims = tokens.claims()
show({ issuer: web.serverMetadata().issuer, name: claims.name, tenant: claims.tid })
show({ userinfo: await client.fetchUserInfo(web, tokens.access_token, client.skipSubjectCheck) })
const renewed = await client.refreshTokenGrant(web, tokens.refresh_token)
show({ renewed: renewed.access_token !== tokens.access_token })
show({ signOut: client.buildEndSessionUrl(web, { post_logout_redirect_uri: redirectUri }).href })

const device = await client.discovery(new URL(tenant), publicId, undefined, client.None())
const code = await client.initiateDeviceAuthorization(device, { scope: 'openid User.Read' })
show({ userCode: code.user_code })
show({ device: (await client.pollDeviceAuthorizationGrant(device, code)).claims().aud })
