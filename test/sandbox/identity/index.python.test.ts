import { chmodSync, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { ada, grace, type Json } from '../../helpers/sandbox/client.ts'
import { factsOf } from '../../helpers/sandbox/facts.ts'
import {
  canBeMicrosoft,
  type MicrosoftWorld,
  startMicrosoftWorld,
} from '../../helpers/sandbox/microsoft-world.ts'
import { hasPythonModule } from '../../helpers/system/real-part.ts'

const python = '/usr/bin/python3'
const worlds = canBeMicrosoft('programs in Python under Microsoft’s own names')
const msal = worlds && hasPythonModule('msal', 'signing in with MSAL for Python')
const authlib = worlds && hasPythonModule('authlib', 'signing in with Authlib')
const oauthlib = worlds && hasPythonModule('requests_oauthlib', 'signing in with requests-oauthlib')

const programs = fileURLToPath(new URL('../../helpers/sandbox/programs/', import.meta.url))

let world: MicrosoftWorld | undefined
afterEach(async () => {
  await world?.stop()
  world = undefined
})

/** Starts a program in a new world. */
async function inWorld(): Promise<MicrosoftWorld> {
  world = await startMicrosoftWorld()
  return world
}

function run(to: MicrosoftWorld, args: string[], noticed?: (fact: Json) => unknown, env = {}): Promise<Json> {
  return factsOf(to.start(python, [join(programs, args[0] ?? ''), ...args.slice(1)], { env }), noticed)
}

/** A browser of the world. */
function browserOf({ dir }: MicrosoftWorld): NodeJS.ProcessEnv {
  const browser = join(dir, 'browser')
  copyFileSync(join(programs, 'browser.py'), browser)
  chmodSync(browser, 0o755)
  return { BROWSER: `${browser} %s &` }
}

function expectWorks(facts: Json, username: string): void {
  expect(facts.result.scope.split(' ')).toEqual(
    expect.arrayContaining(['https://graph.microsoft.com/Files.ReadWrite']),
  )
  expect(facts.me).toEqual([200, expect.objectContaining({ userPrincipalName: username })])
  expect(facts.made).toEqual([201, expect.objectContaining({ name: 'From MSAL' })])
  expect(facts.account).toMatchObject({ username, environment: 'login.microsoftonline.com' })
  expect(facts).toMatchObject({ cached: true, renewed: true, works: 200 })
}

describe.skipIf(!msal)('Debian’s MSAL for Python, unchanged', () => {
  it('signs in with a device code, and finds its tokens by the scopes it asked for', async () => {
    const to = await inWorld()
    const facts = await run(to, ['msal_client.py', to.clientId, 'device'], ({ user_code }) =>
      user_code ? to.control('POST', 'device', { user_code, username: grace }) : undefined,
    )
    expect(facts.page).toBe('https://login.microsoft.com/device')
    expectWorks(facts, grace)
    const issuer = 'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0'
    expect(facts.result.id_token_claims.iss).toBe(issuer)
  })

  it('signs in with a code', async () => {
    const to = await inWorld()
    expectWorks(await run(to, ['msal_client.py', to.clientId, 'code']), ada)
  })

  it('signs in with a browser, on a port of its own', async () => {
    const to = await inWorld()
    const args = ['msal_client.py', to.clientId, 'interactive']
    expectWorks(await run(to, args, undefined, browserOf(to)), grace)
  })

  it('is an application without a person by its secret, and told that the sandbox has no passwords', async () => {
    const to = await inWorld()
    const facts = await run(to, ['msal_client.py', to.webClientId, 'refused', to.webClientSecret])
    expect(facts).toMatchObject({
      application: { token_type: 'Bearer' },
      secret: { error: 'invalid_client', error_codes: [7000215] },
      password: { error: 'unsupported_grant_type' },
    })
  })
})

describe.skipIf(!oauthlib)('Debian’s requests-oauthlib, unchanged', () => {
  it('signs in as a web application, and refreshes by itself', async () => {
    const to = await inWorld()
    const facts = await run(to, ['oauthlib_client.py', to.webClientId, to.webClientSecret])
    expect(facts).toMatchObject({ made: 'From oauthlib', names: ['From oauthlib'], refreshed: 1 })
  })
})

describe.skipIf(!authlib)('Debian’s Authlib, unchanged', () => {
  it('signs in with PKCE and HTTP Basic, reads who it was, and refreshes by itself', async () => {
    const to = await inWorld()
    const facts = await run(to, ['authlib_client.py', to.webClientId, to.webClientSecret])
    expect(facts).toEqual({ me: ada, refreshed: 1 })
  })
})
