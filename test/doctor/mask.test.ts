import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasKeyring, type Keyring, startKeyring } from '../helpers/keychain/keyring.ts'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { ada, grace } from '../helpers/program/linked.ts'
import { disguisesOf } from '../helpers/program/secret-encodings.ts'
import { newWorld, type World } from '../helpers/program/world.ts'

const planted = {
  inVariable: 'vAr8Q~canary.of-the~environment_0123456789',
  proxyPassword: 'pr0xy-canary-p@ss/word',
  inSettings: 'sEt8Q~canary.of-the~settings_0123456789',
  asClientId: 'iD-8Q~canary.of-the~client-id_0123456789',
  inBrowser: 'canary-of-the-browser',
}

describe.runIf(hasKeyring())('a report of the doctor holds no secret', () => {
  let keyring: Keyring
  let sandbox: SandboxProcess
  let world: World
  let secrets: string[]
  const reports: { what: string; text: string }[] = []

  async function report(what: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
    for (const flags of [[], ['--json'], ['--verbose']]) {
      const { code, stdout, stderr } = await world.run(['doctor', ...args, ...flags], { env })
      if (code === 1 || stdout === '') throw new Error(`no report: ${stdout}${stderr}`)
      reports.push({ what: [what, ...args, ...flags].join(' '), text: stdout + stderr })
    }
  }

  beforeAll(async () => {
    ;[keyring, sandbox] = await Promise.all([startKeyring(), startSandbox()])
    world = newWorld(sandbox, keyring, { OD_LINK_CLIENT_ID: sandbox.webClientId })
    const withSecret = { env: { OD_LINK_CLIENT_SECRET: sandbox.webClientSecret } }
    const redirect = ['--redirect-uri', 'http://localhost/post_onedrive']
    await world.run(['config', 'set', 'client-secret'], { input: `${sandbox.webClientSecret}\n` })
    for (const user of [ada, grace]) {
      const { code, stderr } = await world.run(['login', '--login-hint', user, ...redirect], withSecret)
      if (code !== 0) throw new Error(stderr)
    }
    const password = encodeURIComponent(planted.proxyPassword)
    const environment = {
      OD_LINK_CLIENT_SECRET: planted.inVariable,
      HTTPS_PROXY: `http://bob:${password}@127.0.0.1:9`,
      OD_LINK_BROWSER: `/usr/bin/browser --password=${planted.inBrowser}`,
    }
    for (const args of [[], ['--cron'], ['--offline']]) await report('when all is well', args, environment)
    const elsewhere = { ...environment, OD_LINK_AUTHORITY_HOST: 'https://login.example.test' }
    await report('when the proxy refuses', [], elsewhere)
    await report('with a secret for a client id', [], {
      ...environment,
      OD_LINK_CLIENT_ID: planted.asClientId,
    })
    const unread = { ...environment, HTTPS_PROXY: `http://bob:${planted.proxyPassword}@127.0.0.1:9` }
    await report('when the proxy cannot be understood', ['--cron'], unread)
    await report('when the proxy cannot be understood', [], { ...elsewhere, ...unread })
    const settings = join(String(world.env.OD_LINK_CONFIG_DIR), 'config.json')
    writeFileSync(settings, JSON.stringify({ 'client-secret': planted.inSettings }), { mode: 0o600 })
    await report('with a secret in the settings', [], environment)
    writeFileSync(settings, `{ "client-secret": "${planted.inSettings}`, { mode: 0o600 })
    await report('with damaged settings', [], environment)
    writeFileSync(settings, '{}', { mode: 0o600 })
    secrets = await sandbox.control('GET', 'secrets')
    // A server that says more than it should, to whoever it says it.
    const description = `AADSTS99999: ${ada} is unknown. ${secrets.join(' ')} ${planted.inVariable}`
    await sandbox.control('POST', 'weather', {
      match: '/token',
      count: 99,
      effect: { status: 400, body: { error: 'invalid_grant', error_description: description } },
    })
    await report('when the server repeats what it was sent', [], environment)
    await sandbox.control('DELETE', 'weather')
    await sandbox.control('POST', 'revoke', {})
    await report('when the links are dead', [], environment)
    await report('when the links are dead', ['--cron'], environment)
    keyring.lock()
    await report('when the keychain is locked', [], environment)
    await report('when the keychain is locked', ['--cron'], environment)
  }, 180_000)
  afterAll(async () => {
    world?.remove()
    await sandbox?.stop()
    await keyring?.stop()
  })

  it('whatever it finds', () => {
    const all = [...secrets, ...Object.values(planted)]
    expect(secrets.length).toBeGreaterThan(5)
    expect(reports.length).toBeGreaterThan(30)
    const leaks = all.flatMap((secret) =>
      reports
        .filter(({ text }) => disguisesOf(secret).some((disguise) => text.includes(disguise)))
        .map(({ what }) => `${what}: a secret that begins with ${secret.slice(0, 4)}`),
    )
    expect(leaks).toEqual([])
  })

  it('nor a person’s address, id or name', () => {
    const persons = [ada, grace, 'Ada Lovelace', 'Grace Hopper']
    const ids = [/[\da-f-]{36}\.[\da-f-]{36}/]
    for (const { what, text } of reports) {
      for (const person of persons)
        expect({ what, named: text.includes(person) }).toEqual({ what, named: false })
      for (const id of ids) expect({ what, id: id.test(text) }).toEqual({ what, id: false })
    }
  })
})
