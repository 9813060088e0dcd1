import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
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

const worlds = canBeMicrosoft('programs in Node under Microsoft’s own names')
const browser = worlds && hasPythonModule('requests', 'the part of a browser')

const programs = fileURLToPath(new URL('../../helpers/sandbox/programs/', import.meta.url))

let world: MicrosoftWorld | undefined
afterEach(async () => {
  await world?.stop()
  world = undefined
})

async function inWorld(...flags: string[]): Promise<MicrosoftWorld> {
  world = await startMicrosoftWorld(...flags)
  return world
}

function run(to: MicrosoftWorld, args: string[], noticed?: (fact: Json) => unknown, env = {}): Promise<Json> {
  const [program = '', ...rest] = args
  return factsOf(to.start(process.execPath, [join(programs, program), ...rest], { env }), noticed)
}

/** Approves a device code as soon as the program shows it. */
const approve = (to: MicrosoftWorld, username: string) => (fact: Json) =>
  fact.userCode ? to.control('POST', 'device', { user_code: fact.userCode, username }) : undefined

describe.skipIf(!worlds)('@azure/identity, unchanged', () => {
  it('signs in with a device code, and keeps the token for its scopes', async () => {
    const to = await inWorld()
    const args = ['azure-identity.mjs', 'device', to.clientId, 'organizations']
    const facts = await run(to, args, approve(to, ada))
    expect(facts).toMatchObject({
      verificationUri: 'https://microsoft.com/devicelogin',
      me: ada,
      cached: true,
    })
  })

  it.skipIf(!browser)('signs in with a browser', async () => {
    const to = await inWorld()
    const path = join(to.dir, 'browser')
    copyFileSync(join(programs, 'browser.py'), path)
    chmodSync(path, 0o755)
    const args = ['azure-identity.mjs', 'browser', to.clientId, 'consumers']
    const facts = await run(to, args, undefined, { BROWSER: path })
    expect(facts).toMatchObject({ me: grace, cached: true })
  })

  it('reads a drive as an application without a person, unless its secret is wrong', async () => {
    const app = {
      clientId: 'b1a7c0de-0000-4000-8000-000000000001',
      secrets: ['abc8Q~secret'],
      tenant: 'contoso.example',
      applicationPermissions: ['Files.Read.All'],
    }
    const dir = mkdtempSync(join(tmpdir(), 'od-link-app-'))
    const file = join(dir, 'app.json')
    writeFileSync(file, JSON.stringify(app))
    const to = await inWorld('--app', file)
    rmSync(dir, { recursive: true })
    const ask = (secret: string) =>
      run(to, ['azure-identity.mjs', 'secret', app.clientId, app.tenant, secret, ada])
    expect((await ask('wrong')).message).toContain('AADSTS7000215')
    expect(await ask('abc8Q~secret')).toEqual({
      me: '/me request is only valid with delegated authentication flow.',
      owner: ada,
    })
  })
})

describe.skipIf(!worlds)('openid-client, unchanged', () => {
  it('discovers, signs in, reads who it was, refreshes, takes a device code and signs out', async () => {
    const to = await inWorld()
    const client = [to.webClientId, to.webClientSecret, 'http://localhost:5000/post_onedrive', to.clientId]
    const facts = await run(to, ['openid-client.mjs', ...client], approve(to, ada))
    expect(facts.issuer).toBe(`https://login.microsoftonline.com/${facts.tenant}/v2.0`)
    expect(facts).toMatchObject({
      name: 'Ada Lovelace',
      userinfo: { email: ada, name: 'Ada Lovelace' },
      renewed: true,
      device: to.clientId,
    })
    expect(facts.signOut).toMatch(/^https:\/\/login\.microsoftonline\.com\/[^/]+\/oauth2\/v2\.0\/logout\?/)
  })
})
