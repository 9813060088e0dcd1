import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../../helpers/microsoft/sandbox.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'
import { kept } from '../../helpers/program/world-files.ts'
import { atTerminal, ctrlC, ctrlD, enter } from '../../helpers/terminal/at-terminal.ts'
import { hasTerminal } from '../../helpers/terminal/terminal.ts'

let sandbox: SandboxProcess
let world: World

beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox?.stop())
beforeEach(() => {
  world = newWorld(sandbox, undefined, { OD_LINK_CLIENT_ID: undefined })
})
afterEach(() => world.remove())

const strange = '99999999-8888-7777-6666-555555555555'
const settings = () => JSON.parse(kept(world)['config.json'] ?? '{}')
const setup = (answers: [string, string][], ...flags: string[]) =>
  atTerminal(world, ['setup', ...flags], answers)

// The questions, as they end on the screen.
const own = 'I have its client ID\n[1]: '
const kind = 'with a client secret\n[1]: '
const whom = 'Personal accounts only\n[1]: '
const reach = 'approve\n     it)\n[1]: '
const id = 'Application (client) ID: '
const now = 'nothing is saved\n[1]: '
const directory = 'Directory (tenant) ID, or a domain: '
const uri = '[http://localhost]: '
const secret = '(not shown): '

describe.runIf(hasTerminal())('od-link setup at a terminal', () => {
  it('leads through the portal, tries the app out by a sign-in, and keeps it', async () => {
    const { code, shown, echoes } = await setup([
      [own, enter],
      [kind, enter],
      [whom, enter],
      [reach, enter],
      [id, sandbox.clientId + enter],
    ])
    expect({ code, echoes }).toEqual({ code: 0, echoes: true })
    const inOrder = [
      'This registers od-link with Microsoft as an app of your own',
      'Do you have an app registration?',
      'A personal account\nwithout one can no longer register an app. Its free ways out:',
      'https://entra.microsoft.com > Entra ID > App registrations\n   > New registration',
      'Authentication > Add a platform > Mobile and desktop applications',
      'Custom redirect URIs: http://localhost',
      'Authentication > Advanced settings > Allow public client flows: Yes',
      'Overview: copy the Application (client) ID',
      'Nothing is saved until it works',
      'Linked ada@contoso.example',
      'Saved client-id, scope in ',
      'Next: od-link mkdir /Hello',
    ]
    const places = inOrder.map((words) => shown.indexOf(words))
    expect(places).toEqual(places.toSorted((one, other) => one - other))
    expect(places).not.toContain(-1)
    expect(settings()).toEqual({ 'client-id': sandbox.clientId, scope: 'User.Read Files.ReadWrite' })
    expect((await world.run(['mkdir', '/', 'Hello'])).code).toBe(0)
  })

  it('takes a "Web" app with its secret, which is seen nowhere, and no Secret ID for it', async () => {
    const { code, shown } = await setup([
      [own, `3${enter}`],
      [kind, `2${enter}`],
      [whom, enter],
      [reach, `2${enter}`],
      [id, sandbox.webClientId + enter],
      [uri, `http://localhost/post_onedrive${enter}`],
      [secret, strange + enter],
      [secret, sandbox.webClientSecret + enter],
    ])
    expect({ code, shown }).toEqual({
      code: 0,
      shown: expect.stringContaining('Saved client-id, redirect-uri'),
    })
    expect(shown).toMatch(/Secret ID, not the Value[\s\S]*Certificates & secrets > Client secrets/)
    for (const typed of [strange, sandbox.webClientSecret]) expect(shown).not.toContain(typed)
    expect(settings()).toEqual({
      'client-id': sandbox.webClientId,
      'redirect-uri': 'http://localhost/post_onedrive',
    })
    expect(await world.run(['login'])).toMatchObject({ code: 0 })
  })

  it('finds the client id in what was pasted, and says what is no client id', async () => {
    const portal =
      'https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Overview'
    const aSecret = 'cN38Q~the-Value_of.a+secret/xyz-and-more'
    const { code, shown } = await setup([
      [own, `3${enter}`],
      [kind, enter],
      [whom, enter],
      [reach, `2${enter}`],
      [id, `ada@contoso.com${enter}`],
      [id, `${portal}/objectId/${strange}${enter}`],
      [id, aSecret + enter],
      [id, enter],
      [id, `${portal}/appId/${sandbox.clientId.toUpperCase()}/objectId/${strange}/isMSAApp~/false${enter}`],
    ])
    expect(code).toBe(0)
    for (const words of [
      'email address',
      'That URL does not contain a client ID',
      'If it is a client secret, it has been exposed',
      'No client ID was given',
    ])
      expect(shown).toContain(words)
    expect(settings()).toEqual({ 'client-id': sandbox.clientId })
  })

  it('asks for the directory of an app that is for one organisation', async () => {
    const { code, shown } = await setup([
      [own, `2${enter}`],
      [kind, enter],
      [whom, `5${enter}`],
      ['press Enter for 1.\n[1]: ', `2${enter}`],
      [reach, `2${enter}`],
      [id, sandbox.clientId + enter],
      [directory, sandbox.clientId + enter],
      [directory, `my company${enter}`],
      [directory, `contoso.example${enter}`],
    ])
    expect(code).toBe(0)
    expect(shown).toContain('az ad app create')
    expect(shown).toContain('--sign-in-audience AzureADMyOrg')
    expect(shown).toContain('That is the client ID again')
    expect(shown).toContain('That is not a directory')
    expect(settings()).toEqual({ 'client-id': sandbox.clientId, tenant: 'contoso.example' })
  })

  it('asks no more than it has to, and takes the client id of the environment at Enter', async () => {
    const { code } = await atTerminal(
      world,
      ['setup', '--kind', 'public', '--tenant', 'common', '--scope', 'User.Read Files.ReadWrite.All'],
      [
        [own, `3${enter}`],
        [`[${sandbox.clientId}]: `, enter],
      ],
      { OD_LINK_CLIENT_ID: sandbox.clientId },
    )
    expect(code).toBe(0)
    expect(settings()).toEqual({ 'client-id': sandbox.clientId })
  })

  it('says at once that Microsoft does not know the app, and saves nothing', async () => {
    await world.run(['config', 'set', 'tenant', 'contoso.com'])
    const before = kept(world)
    const { code, shown } = await setup([
      [own, `3${enter}`],
      [kind, enter],
      [whom, enter],
      [reach, `2${enter}`],
      [id, strange + enter],
      [now, `4${enter}`],
    ])
    expect(code).toBe(4)
    expect(shown).toMatch(
      /does not know this client ID[\s\S]*Nothing\swas saved[\s\S]*> Overview[\s\S]*AADSTS700016/,
    )
    expect(shown).not.toMatch(/open this URL|visit:/)
    expect(kept(world)).toEqual(before)
  })

  /** Each question that there is, and an answer. */
  const all: [string, string][] = [
    [own, `3${enter}`],
    [kind, `2${enter}`],
    [whom, `2${enter}`],
    [reach, `2${enter}`],
    [id, `${strange}${enter}`],
    [directory, `contoso.example${enter}`],
    [uri, enter],
    [secret, ''],
  ]
  it.each(all.map(([question], index) => [index + 1, question] as const))(
    'ends by Ctrl-C at question %i, and nothing is saved',
    async (number, question) => {
      const outcome = await setup([...all.slice(0, number - 1), [question, ctrlC]])
      expect({ code: outcome.code, echoes: outcome.echoes }).toEqual({ code: 130, echoes: true })
      expect(kept(world)).toEqual({})
    },
  )

  it('ends by Ctrl-C while the sign-in waits, and nothing is saved', async () => {
    const answers: [string, string][] = [
      [own, `3${enter}`],
      [kind, enter],
      [whom, enter],
      [reach, `2${enter}`],
      [id, sandbox.clientId + enter],
      ['/oauth2/v2.0/authorize', ctrlC],
    ]
    const { code } = await atTerminal(world, ['setup', '--no-browser'], answers)
    expect(code).toBe(130)
    expect(kept(world)).toEqual({})
  })

  it.each([
    ['a question', [[own, ctrlD]]],
    ['the secret', [...all.slice(0, 7), [secret, ctrlD]]],
  ] as [string, [string, string][]][])('ends by Ctrl-D at %s', async (_, answers) => {
    const { code, shown, echoes } = await setup(answers)
    expect({ code, echoes }).toEqual({ code: 2, echoes: true })
    expect(shown).toMatch(/^od-link: Setup was cancelled; nothing was saved\.$/m)
    expect(kept(world)).toEqual({})
  })

  it('says before the questions that no link could be kept here', async () => {
    const env = { OD_LINK_STORE: 'keychain', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' }
    const { code, shown } = await atTerminal(world, ['setup'], [], env)
    expect(code).toBe(5)
    expect(shown).not.toContain('Do you have an app registration?')
  })

  it('offers no personal accounts where there are none', async () => {
    const { shown } = await setup(
      [
        [own, enter],
        [kind, enter],
        ['One organisation only\n[1]: ', enter],
        [reach, enter],
        [id, ctrlC],
      ],
      '--cloud',
      'china',
    )
    expect(shown).toContain('https://entra.microsoftonline.cn > Entra ID')
    expect(shown).toContain('Multiple Entra ID tenants')
    expect(shown).not.toContain('Personal accounts only')
  })

  it('fits a terminal of 80 columns', async () => {
    const { shown } = await setup([
      [own, enter],
      [kind, enter],
      [whom, enter],
      [reach, enter],
      [id, ctrlC],
    ])
    expect(shown.split('\n').filter((line) => line.length > 80)).toEqual([])
  })
})
