import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { identityFailure } from '../../src/identity/errors.ts'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { odLink } from '../helpers/program/od-link.ts'
import { loginByHand } from '../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../helpers/program/world.ts'

let sandbox: SandboxProcess
let world: World

beforeAll(async () => {
  sandbox = await startSandbox()
  world = newWorld(sandbox)
})
afterAll(async () => {
  world?.remove()
  await sandbox?.stop()
})

/** What a login says when Microsoft sends the browser back with this error. */
async function saidOf(error: string, error_description: string, ...flags: string[]): Promise<string> {
  await sandbox.control('POST', 'next-sign-in', { error, error_description })
  const { code, stderr } = await loginByHand(world, flags)
  expect(code).toBe(4)
  return stderr.slice(stderr.indexOf('od-link: '))
}

const context = (loginOrigin: string) => ({ loginOrigin, tenant: 'common', clientId: 'an-id', scope: '' })
const hintOf = (code: number, loginOrigin = 'https://login.microsoftonline.com') =>
  identityFailure({ error: 'invalid_request', error_codes: [code] }, context(loginOrigin)).hint ?? ''

describe('a refusal that lies in the registration names the step that fixes it', () => {
  const desktop = '> Authentication > Add a platform > Mobile and desktop applications'
  const flows = '> Authentication > Advanced settings > Allow public client flows: Yes'
  const secret = '> Certificates & secrets > Client secrets > New client secret'
  const types = '> Authentication > Supported account types'
  const permissions = '> API permissions > Add a permission > Microsoft Graph > Delegated'
  const steps: [codes: number[], ...words: string[]][] = [
    [[50011, 500113, 900971], desktop, 'add http://localhost'],
    [[500117], '> Authentication', 'use http://localhost'],
    [[7000218, 7000216], desktop, flows, 'od-link config set client-secret'],
    [[7000215, 7000222], secret, 'copy its Value, not the Secret ID'],
    [
      [700025],
      'od-link config unset client-secret',
      'under "Mobile and desktop applications"',
      'add it under "Web"',
    ],
    [
      [9002325, 9002326, 9002327, 700084],
      'remove http://localhost under "Single-page application"',
      'add it under "Mobile and desktop applications"',
    ],
    [[700016, 700011], '> Overview', 'compare the Application (client) ID', 'od-link setup'],
    [[50194], 'Directory (tenant) ID', 'od-link login --tenant TENANT', types],
    [[9002331, 9002346], 'od-link login --tenant consumers', types],
    [[9002332], 'od-link login --tenant organizations', types],
    [[90124, 90130, 500201], types, 'Any Entra ID Tenant + Personal Microsoft accounts'],
    [[65005, 650056, 650057], permissions],
    [[50105], '> Entra ID > Enterprise applications\n> your app > Users and groups > Add user/group'],
    [[7000112], 'Properties > Enabled for users to sign-in: Yes'],
    [[50020], 'od-link login --tenant common'],
  ]
  const each = steps.flatMap(([codes, ...words]) => codes.map((code) => [code, words] as const))

  it.each(each)('AADSTS%i', (code, words) => {
    const hint = hintOf(code)
    for (const word of words) expect(hint).toContain(word)
    if (code !== 50020) expect(hint.split('\n').filter((line) => line.length > 72)).toEqual([])
  })

  it('as it looks in a terminal', async () => {
    expect(await saidOf('invalid_request', 'AADSTS9002327: Tokens issued for the SPA.')).toBe(
      `od-link: The redirect URI is registered for a single-page application, whose codes a terminal cannot redeem.
  next: https://entra.microsoft.com > Entra ID > App registrations > your app
        > Authentication
        remove http://localhost under "Single-page application",
        add it under "Mobile and desktop applications"
        Then: run the same command again.
  code: AADSTS9002327
`,
    )
  })

  it('in the words of the steps of od-link setup', async () => {
    const prints = await Promise.all(
      ['public', 'web'].map((kind) => odLink(['setup', '--steps', '--kind', kind])),
    )
    const printed = prints.map(({ stdout }) => stdout).join()
    for (const words of [desktop, flows, secret]) expect(printed).toContain(words.slice(2))
    expect(printed).toContain('Any Entra ID Tenant + Personal Microsoft accounts')
  })

  it.each([
    ['https://login.microsoftonline.us', 'https://entra.microsoft.us > Entra ID'],
    ['https://login.partner.microsoftonline.cn', 'https://entra.microsoftonline.cn > Entra ID'],
  ])('in the portal of its cloud: %s', (loginOrigin, portal) => {
    for (const code of [50011, 50105, 7000215, 700016]) expect(hintOf(code, loginOrigin)).toContain(portal)
  })

  it('also where there is no number', async () => {
    const said = await saidOf(
      'unauthorized_client',
      'The client does not exist or is not enabled for consumers.',
    )
    expect(said).toContain('no app for personal accounts with this client ID')
    expect(said).toMatch(/> Overview\n[\s\S]*> Authentication > Supported account types\n/)
  })
})

describe('a missing approval brings a letter to the administrator', () => {
  it.each([65001, 90094, 90095])('AADSTS%i', async (code) => {
    const said = await saidOf('access_denied', `AADSTS${code}: Approval is needed.`)
    const [, letter = ''] = said.split('Or send this to the administrator:\n')
    expect(letter.replaceAll('\n        ', '\n')).toContain(
      `The page after the approval fails to load. That is expected.
od-link is a command-line program. It acts as the person who is signed
in, never with more rights, and requests these delegated permissions:
  offline_access       stay signed in until it is revoked
  User.Read            read the person's name and address
  Files.ReadWrite.All  read and write the files that the person can access
`,
    )
    expect(letter).toMatch(/^ *\n +Please approve [^\n]*\n +http\S+adminconsent\S+\n/)
  })

  it('which asks for no more than the login did', async () => {
    const said = await saidOf('access_denied', 'AADSTS90094: No.', '--scope', 'Files.ReadWrite')
    expect(said).toMatch(/^ +Files\.ReadWrite +read and write the person's own files$/m)
    expect(said).not.toContain('Files.ReadWrite.All')
    // The command that was refused is not the next step.
    expect(said).toMatch(/^ +next: Send this to the administrator:$/m)
    expect(said).not.toMatch(/od-link login/)
  })
})
