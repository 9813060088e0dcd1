import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { question, strange, useNotSetUp } from '../../helpers/program/setup.ts'
import { putProgram } from '../../helpers/system/put-program.ts'
import { atTerminal, enter } from '../../helpers/terminal/at-terminal.ts'
import { hasTerminal } from '../../helpers/terminal/terminal.ts'

const at = useNotSetUp()
const { own, kind, whom, reach, id, now, secret, store, run } = question

/** An Azure CLI with the documented output of the commands that setup uses. */
function fakeAz(create: string): { PATH: string; calls: () => string } {
  const bin = join(at.world.dir, 'bin')
  mkdirSync(bin)
  const account = {
    environmentName: 'AzureCloud',
    tenantId: 'contoso',
    user: { name: 'ada@contoso.com', type: 'user' },
  }
  putProgram(
    join(bin, 'az'),
    `echo "$*" >> '${bin}/calls'
case "$1 $2 $3" in
  'account show'*) echo '${JSON.stringify(account)}' ;;
  'ad app create') ${create} ;;
  'ad app credential') echo '${at.sandbox.webClientSecret}' ;;
esac`,
  )
  return { PATH: `${bin}:/usr/bin:/bin`, calls: () => readFileSync(join(bin, 'calls'), 'utf8') }
}

describe.runIf(hasTerminal())('a person at od-link setup', () => {
  it('is asked again after a wrong ID, and keeps the other answers', async () => {
    const { code, shown } = await atTerminal(
      at.world,
      ['setup'],
      [
        [own, `3${enter}`],
        [kind, enter],
        [whom, enter],
        [reach, enter],
        [id, strange + enter],
        [now, enter],
        [id, at.sandbox.clientId + enter],
      ],
    )
    expect(code).toBe(0)
    expect(shown).toMatch(/does not know this client ID[\s\S]*What now\?\n {2}1 {2}Enter another client ID\n/)
    expect(shown).not.toContain('od-link setup --')
    expect(at.settings()).toEqual({ 'client-id': at.sandbox.clientId, scope: 'User.Read Files.ReadWrite' })
  })

  it('is asked again after a wrong secret', async () => {
    const flags = ['--tenant', 'common', '--redirect-uri', 'http://localhost/post_onedrive']
    const { code, shown } = await atTerminal(
      at.world,
      ['setup', '--kind', 'web', ...flags],
      [
        [own, `3${enter}`],
        [reach, `2${enter}`],
        [id, at.sandbox.webClientId + enter],
        [secret, `not-the-secret${enter}`],
        [now, enter],
        [secret, at.sandbox.webClientSecret + enter],
      ],
    )
    expect(code).toBe(0)
    expect(shown).toContain('1  Enter another client secret')
    expect(at.settings()).toMatchObject({ 'client-id': at.sandbox.webClientId })
    expect((await at.world.run(['mkdir', '/Secret'])).code).toBe(0)
  })

  it('may ask for less after "Need admin approval", without starting again', async () => {
    await at.sandbox.control('POST', 'next-sign-in', { error: 'access_denied' })
    const { code, shown } = await atTerminal(
      at.world,
      ['setup'],
      [
        [own, `3${enter}`],
        [kind, enter],
        [whom, enter],
        [reach, `2${enter}`],
        [id, at.sandbox.clientId + enter],
        [now, enter],
      ],
    )
    expect(code).toBe(0)
    expect(shown).toContain('Ask for less: your own OneDrive only')
    expect(at.settings()).toEqual({ 'client-id': at.sandbox.clientId, scope: 'User.Read Files.ReadWrite' })
  })

  it('has the saved app tested again at Enter', async () => {
    await at.world.run([
      'setup',
      '--no-login',
      '--client-id',
      at.sandbox.clientId,
      '--scope',
      'Files.ReadWrite',
    ])
    const { code, shown } = await atTerminal(at.world, ['setup'], [[own, enter]])
    expect(code).toBe(0)
    expect(shown).toContain(`  1  Yes, the saved one: ${at.sandbox.clientId} (tenant common)`)
    expect(at.settings()).toEqual({ 'client-id': at.sandbox.clientId, scope: 'Files.ReadWrite' })
  })

  it('has the app created by the Azure CLI, after seeing the command', async () => {
    const { PATH, calls } = fakeAz(`echo '${at.sandbox.clientId}'`)
    const { code, shown } = await atTerminal(
      at.world,
      ['setup'],
      [
        [own, enter],
        [kind, enter],
        [whom, enter],
        [reach, enter],
        [run, enter],
      ],
      { PATH },
    )
    expect(code).toBe(0)
    expect(shown).toContain('  1  No, create it with the Azure CLI, which is signed in as ada@contoso.com')
    expect(shown).toMatch(
      / {2}az ad app create --display-name od-link[\s\S]*Run it now\?[\s\S]*Created the app\./,
    )
    expect(calls()).toBe(
      'account show --output json\nad app create --display-name od-link --query appId --output tsv --sign-in-audience AzureADandPersonalMicrosoftAccount --requested-access-token-version 2 --public-client-redirect-uris http://localhost --is-fallback-public-client true\n',
    )
    expect(at.settings()).toMatchObject({ 'client-id': at.sandbox.clientId })
  })

  it('gets a "Web" app and its secret from the Azure CLI, and sees the secret nowhere', async () => {
    const { PATH } = fakeAz(`echo '${at.sandbox.webClientId}'`)
    const { code, shown } = await atTerminal(
      at.world,
      ['setup', '--kind', 'web', '--tenant', 'common', '--redirect-uri', 'http://localhost/post_onedrive'],
      [
        [own, enter],
        [reach, enter],
        [run, enter],
      ],
      { PATH },
    )
    expect(code).toBe(0)
    expect(shown).not.toContain(at.sandbox.webClientSecret)
  })

  it('is led through the portal where the Azure CLI fails, with its reason', async () => {
    const { PATH } = fakeAz("echo 'ERROR: Insufficient privileges to complete the operation.' >&2; exit 1")
    const { code, shown } = await atTerminal(
      at.world,
      ['setup', '--tenant', 'common', '--kind', 'public'],
      [
        [own, enter],
        [reach, enter],
        [run, enter],
        [id, at.sandbox.clientId + enter],
      ],
      { PATH },
    )
    expect(code).toBe(0)
    expect(shown).toMatch(/did not create the app: ERROR: Insufficient privileges[\s\S]*> New registration/)
  })

  it('chooses another store where there is no keychain', async () => {
    const env = { OD_LINK_STORE: '', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' }
    const { code, shown } = await atTerminal(
      at.world,
      ['setup', '--kind', 'public', '--tenant', 'common'],
      [
        [store, `2${enter}`],
        [own, `3${enter}`],
        [reach, enter],
        [id, at.sandbox.clientId + enter],
      ],
      env,
    )
    expect(code).toBe(0)
    expect(shown).toMatch(/Where should od-link save links instead\?[\s\S]*not encrypted/)
    expect(at.settings()).toMatchObject({ store: 'file', 'client-id': at.sandbox.clientId })
    expect((await at.world.run(['mkdir', '/Stored'], { env: { OD_LINK_STORE: '' } })).code).toBe(0)
  })
})

describe('od-link setup --admin-link', () => {
  it('prints the URL that approves the app for an organisation, and nothing else as data', async () => {
    await at.sandbox.control('DELETE', 'log')
    const flags = ['--client-id', strange, '--tenant', 'contoso.com', '--scope', 'Files.ReadWrite.All']
    const { code, stdout, stderr } = await at.world.run(['setup', '--admin-link', ...flags])
    expect(code).toBe(0)
    const url = new URL(stdout)
    expect(url.pathname).toBe('/contoso.com/v2.0/adminconsent')
    expect(url.searchParams.get('client_id')).toBe(strange)
    expect(url.searchParams.get('scope')).toBe('openid profile offline_access Files.ReadWrite.All')
    expect(stderr).toContain('  Files.ReadWrite.All  read and write the files that the person can access\n')
    const json = await at.world.run(['setup', '--admin-link', '--json', ...flags])
    expect(JSON.parse(json.stdout)).toMatchObject({ url: url.href })
    expect(await at.sandbox.control('GET', 'log')).toEqual([])
  })

  it('needs an app, and an organisation', async () => {
    const none = await at.world.run(['setup', '--admin-link'])
    expect(none).toMatchObject({ code: 2, stdout: '' })
    expect(none.stderr).toMatch(/next: od-link setup\n[\s\S]*od-link setup --admin-link --client-id ID\n$/)
    const personal = await at.world.run([
      'setup',
      '--admin-link',
      '--client-id',
      strange,
      '--tenant',
      'consumers',
    ])
    expect(personal).toMatchObject({ code: 2, stderr: expect.stringContaining('have no administrator') })
  })
})
