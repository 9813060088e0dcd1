import { describe, expect, it } from 'vitest'
import { question, strange, useNotSetUp } from '../../helpers/program/setup.ts'
import { kept } from '../../helpers/program/world-files.ts'
import { atTerminal, ctrlC, ctrlD, enter } from '../../helpers/terminal/at-terminal.ts'
import { hasTerminal } from '../../helpers/terminal/terminal.ts'

const at = useNotSetUp()
const { own, kind, whom, reach, id, now, directory, uri, secret } = question

const setup = (answers: [string, string][], ...flags: string[]) =>
  atTerminal(at.world, ['setup', ...flags], answers)

describe.runIf(hasTerminal())('od-link setup at a terminal', () => {
  it('leads through the portal, tries the app out by a sign-in, and keeps it', async () => {
    const { code, shown, echoes } = await setup([
      [own, enter],
      [kind, enter],
      [whom, enter],
      [reach, enter],
      [id, at.sandbox.clientId + enter],
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
    expect(at.settings()).toEqual({ 'client-id': at.sandbox.clientId, scope: 'User.Read Files.ReadWrite' })
    expect((await at.world.run(['mkdir', '/', 'Hello'])).code).toBe(0)
  })

  it('takes a "Web" app with its secret, which is seen nowhere, and no Secret ID for it', async () => {
    const { code, shown } = await setup([
      [own, `3${enter}`],
      [kind, `2${enter}`],
      [whom, enter],
      [reach, `2${enter}`],
      [id, at.sandbox.webClientId + enter],
      [uri, `http://localhost/post_onedrive${enter}`],
      [secret, strange + enter],
      [secret, at.sandbox.webClientSecret + enter],
    ])
    expect({ code, shown }).toEqual({
      code: 0,
      shown: expect.stringContaining('Saved client-id, redirect-uri'),
    })
    expect(shown).toMatch(/Secret ID, not the Value[\s\S]*Certificates & secrets > Client secrets/)
    for (const typed of [strange, at.sandbox.webClientSecret]) expect(shown).not.toContain(typed)
    expect(at.settings()).toEqual({
      'client-id': at.sandbox.webClientId,
      'redirect-uri': 'http://localhost/post_onedrive',
    })
    expect(await at.world.run(['login'])).toMatchObject({ code: 0 })
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
      [
        id,
        `${portal}/appId/${at.sandbox.clientId.toUpperCase()}/objectId/${strange}/isMSAApp~/false${enter}`,
      ],
    ])
    expect(code).toBe(0)
    for (const words of [
      'email address',
      'That URL does not contain a client ID',
      'If it is a client secret, it has been exposed',
      'No client ID was given',
    ])
      expect(shown).toContain(words)
    expect(at.settings()).toEqual({ 'client-id': at.sandbox.clientId })
  })

  it('asks for the directory of an app that is for one organisation', async () => {
    const { code, shown } = await setup([
      [own, `2${enter}`],
      [kind, enter],
      [whom, `5${enter}`],
      ['press Enter for 1.\n[1]: ', `2${enter}`],
      [reach, `2${enter}`],
      [id, at.sandbox.clientId + enter],
      [directory, at.sandbox.clientId + enter],
      [directory, `my company${enter}`],
      [directory, `contoso.example${enter}`],
    ])
    expect(code).toBe(0)
    expect(shown).toContain('az ad app create')
    expect(shown).toContain('--sign-in-audience AzureADMyOrg')
    expect(shown).toContain('That is the client ID again')
    expect(shown).toContain('That is not a directory')
    expect(at.settings()).toEqual({ 'client-id': at.sandbox.clientId, tenant: 'contoso.example' })
  })

  it('asks no more than it has to, and takes the client id of the environment at Enter', async () => {
    const { code } = await atTerminal(
      at.world,
      ['setup', '--kind', 'public', '--tenant', 'common', '--scope', 'User.Read Files.ReadWrite.All'],
      [
        [own, `3${enter}`],
        [`[${at.sandbox.clientId}]: `, enter],
      ],
      { OD_LINK_CLIENT_ID: at.sandbox.clientId },
    )
    expect(code).toBe(0)
    expect(at.settings()).toEqual({ 'client-id': at.sandbox.clientId })
  })

  it('says at once that Microsoft does not know the app, and saves nothing', async () => {
    await at.world.run(['config', 'set', 'tenant', 'contoso.com'])
    const before = kept(at.world)
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
    expect(kept(at.world)).toEqual(before)
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
      expect(kept(at.world)).toEqual({})
    },
  )

  it('ends by Ctrl-C while the sign-in waits, and nothing is saved', async () => {
    const answers: [string, string][] = [
      [own, `3${enter}`],
      [kind, enter],
      [whom, enter],
      [reach, `2${enter}`],
      [id, at.sandbox.clientId + enter],
      ['/oauth2/v2.0/authorize', ctrlC],
    ]
    const { code } = await atTerminal(at.world, ['setup', '--no-browser'], answers)
    expect(code).toBe(130)
    expect(kept(at.world)).toEqual({})
  })

  it.each([
    ['a question', [[own, ctrlD]]],
    ['the secret', [...all.slice(0, 7), [secret, ctrlD]]],
  ] as [string, [string, string][]][])('ends by Ctrl-D at %s', async (_, answers) => {
    const { code, shown, echoes } = await setup(answers)
    expect({ code, echoes }).toEqual({ code: 2, echoes: true })
    expect(shown).toMatch(/^od-link: Setup was cancelled; nothing was saved\.$/m)
    expect(kept(at.world)).toEqual({})
  })

  it('says before the questions that no link could be kept here', async () => {
    const env = { OD_LINK_STORE: 'keychain', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' }
    const { code, shown } = await atTerminal(at.world, ['setup'], [], env)
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
