/*
 * A program as Microsoft's documentation has them, with MSAL Node unchanged, in a process of its own that trusts the
 * sandbox through NODE_EXTRA_CA_CERTS. It takes a JSON object as its argument and prints one as its result.
 */

import {
  ConfidentialClientApplication,
  InteractionRequiredAuthError,
  PublicClientApplication,
} from '@azure/msal-node'

const told = JSON.parse(process.argv[2])
const scopes = ['User.Read', 'Files.ReadWrite']

// Where a test needs Microsoft's own names to lead to the sandbox, as a company's proxy would have it.
if (told.microsoftIsHere) {
  const { fetch } = globalThis
  globalThis.fetch = (url, options) =>
    fetch(String(url).replace('https://login.microsoftonline.com', told.origin), options)
}

const auth = {
  clientId: told.clientId,
  authority: told.authority ?? `${told.origin}/common`,
  ...(told.microsoftIsHere ? {} : { knownAuthorities: [new URL(told.origin).host] }),
}

/** The part of a browser: reads the page, and sends its form. */
async function browse(url) {
  const page = await (await fetch(url)).text()
  const plain = (text) => text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code))
  const inputs = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)]
  const [, action] = /<form method="POST" action="([^"]+)"/.exec(page) ?? []
  if (!action) throw new Error(`No form came back: ${page}`)
  const body = new URLSearchParams(inputs.map(([, name, value]) => [name, plain(value)]))
  await (await fetch(plain(action), { method: 'POST', body })).text()
}

/** The address goes to the test, which has a real browser. */
async function show(url) {
  console.log(JSON.stringify({ open: url }))
}

async function control(name, body = {}) {
  const headers = { authorization: `Bearer ${told.controlToken}`, 'content-type': 'application/json' }
  const answer = await fetch(`${told.origin}/control/${name}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(await answer.text())
}

async function errorOf(promise) {
  try {
    await promise
    return undefined
  } catch (error) {
    const { errorCode, subError, errorMessage } = error
    return { errorCode, subError, errorMessage, interaction: error instanceof InteractionRequiredAuthError }
  }
}

const summary = ({ account, scopes: given, fromCache, accessToken, idTokenClaims, authority }) => ({
  username: account?.username,
  name: account?.name,
  tenantId: account?.tenantId,
  homeAccountId: account?.homeAccountId,
  environment: account?.environment,
  scopes: given,
  fromCache,
  accessToken,
  issuer: idTokenClaims?.iss,
  authority,
})

const ways = {
  async interactive() {
    const app = new PublicClientApplication({ auth })
    const openBrowser = told.outside ? show : browse
    const first = await app.acquireTokenInteractive({ scopes, openBrowser, loginHint: told.loginHint })
    const { account } = first
    const cached = await app.acquireTokenSilent({ scopes, account })
    return { first: summary(first), cached: summary(cached) }
  },
  async refresh() {
    const app = new PublicClientApplication({ auth })
    const first = await app.acquireTokenInteractive({ scopes, openBrowser: browse })
    const { account } = first
    // The sandbox gives tokens that MSAL takes for nearly over, so each silent call renews.
    const renewed = await app.acquireTokenSilent({ scopes, account })
    const again = await app.acquireTokenSilent({ scopes, account })
    await control('revoke')
    const revoked = await errorOf(app.acquireTokenSilent({ scopes, account }))
    await app.acquireTokenInteractive({ scopes, openBrowser: browse })
    await control('settings', { clockSkewSeconds: 91 * 86_400 })
    const idle = await errorOf(app.acquireTokenSilent({ scopes, account }))
    return { first: summary(first), renewed: summary(renewed), again: summary(again), idle, revoked }
  },
  async refused() {
    const app = new PublicClientApplication({ auth })
    await control('next-sign-in', { error: 'access_denied', error_subcode: 'cancel' })
    return { refused: await errorOf(app.acquireTokenInteractive({ scopes, openBrowser: browse })) }
  },
  async device() {
    const app = new PublicClientApplication({ auth })
    const shown = {}
    const result = await app.acquireTokenByDeviceCode({
      scopes,
      deviceCodeCallback: (response) => {
        Object.assign(shown, response)
        // After the first poll, which must learn that nothing was decided yet.
        setTimeout(() => control('device', { user_code: response.userCode, username: told.username }), 1000)
      },
    })
    return { shown, result: summary(result) }
  },
  async declined() {
    const app = new PublicClientApplication({ auth })
    let decision
    const deviceCodeCallback = ({ userCode }) => {
      decision = control('device', { user_code: userCode, decision: 'decline' })
    }
    const declined = await errorOf(app.acquireTokenByDeviceCode({ scopes, deviceCodeCallback }))
    await decision
    return { declined }
  },
  async confidential() {
    const app = new ConfidentialClientApplication({ auth: { ...auth, clientSecret: told.clientSecret } })
    const redirectUri = told.redirectUri
    const url = await app.getAuthCodeUrl({ scopes, redirectUri, state: 's' })
    const { headers } = await fetch(url, { redirect: 'manual' })
    const code = new URL(headers.get('location')).searchParams.get('code')
    const first = await app.acquireTokenByCode({ code, scopes, redirectUri })
    const renewed = await app.acquireTokenSilent({ scopes, account: first.account, forceRefresh: true })
    return { first: summary(first), renewed: summary(renewed) }
  },
}

const result = {}
for (const way of told.ways) result[way] = await ways[way]()
console.log(JSON.stringify(result))
