import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SpyBrowser, spyBrowser } from '../../helpers/browser/spy-browser.ts'
import { hasKeyring, type Keyring, startKeyring } from '../../helpers/keychain/keyring.ts'
import { itemsOf } from '../../helpers/keychain/keyring-items.ts'
import { type SandboxProcess, startSandbox } from '../../helpers/microsoft/sandbox.ts'
import type { Outcome, RunOptions } from '../../helpers/program/od-link.ts'
import { disguisesOf } from '../../helpers/program/secret-encodings.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'
import { filesOf } from '../../helpers/program/world-files.ts'

describe.runIf(hasKeyring())('a whole life with links in the keychain never lets a secret out', () => {
  let keyring: Keyring
  let sandbox: SandboxProcess
  let world: World
  /** Outside of the world, so that what the spy writes down is not taken for a file of od-link's. */
  let outside: string
  let spy: SpyBrowser
  let secrets: string[]
  const told: { what: string; text: string }[] = []
  const stages: Record<string, string>[] = []

  async function run(args: string[], options: RunOptions = {}): Promise<Outcome> {
    const outcome = await world.run(args, options)
    const { stdout, stderr } = outcome
    told.push({ what: `stderr of ${args[0]} ${args[1]}`, text: stderr })
    if (args[0] !== 'token') told.push({ what: `stdout of ${args[0]} ${args[1]}`, text: stdout })
    stages.push(filesOf(world.dir))
    return outcome
  }

  beforeAll(async () => {
    ;[keyring, sandbox] = await Promise.all([startKeyring(), startSandbox()])
    outside = mkdtempSync(join(tmpdir(), 'od-link-spy-'))
    spy = spyBrowser(outside)
    world = newWorld(sandbox, keyring, {
      OD_LINK_BROWSER: `"${spy.command}"`,
      OD_LINK_CLIENT_ID: sandbox.webClientId,
    })
    await sandbox.control('POST', 'settings', { accessTtlSeconds: 60 })
    const redirect = ['--redirect-uri', 'http://localhost/post_onedrive']
    const withSecret = { env: { OD_LINK_CLIENT_SECRET: sandbox.webClientSecret } }

    const life: [number, string[], RunOptions?][] = [
      [0, ['login', '--verbose', ...redirect], withSecret],
      [0, ['status']],
      [0, ['mkdir', '--verbose', '/', 'Reports']],
      [0, ['token', '--verbose']],
      [0, ['token', '--json']],
      [0, ['config', 'set', 'client-secret'], { input: `${sandbox.webClientSecret}\n` }],
      [0, ['config', 'list']],
      [0, ['config', 'list', '--json'], withSecret],
      [0, ['config', 'get', 'client-secret'], withSecret],
      [0, ['login', '--json', ...redirect], withSecret],
      [0, ['status', '--json', '--check']],
      [3, ['mkdir', '--verbose', '/', 'Reports']],
      [2, ['config', 'set', 'client-secret', sandbox.webClientSecret]],
      [2, ['login', '--client-secret', sandbox.webClientSecret]],
      [2, ['login', `--client-secret=${sandbox.webClientSecret}`]],
      [4, ['login', '--verbose', '--client-id', sandbox.clientId], withSecret],
      [4, ['login', '--json', '--client-id', sandbox.clientId], withSecret],
    ]
    for (const [code, args, options] of life) {
      const outcome = await run(args, options)
      // Told here: a life that went another way would prove less.
      if (outcome.code !== code) throw new Error(`${args[0]} ended with ${outcome.code}: ${outcome.stderr}`)
    }
    await sandbox.control('POST', 'weather', {
      match: '/token',
      effect: { status: 400, body: { error: 'invalid_grant' } },
    })
    await run(['mkdir', '--verbose', '/', 'Refused'])
    await sandbox.control('POST', 'revoke', {})
    await run(['mkdir', '--verbose', '/', 'Refused'])
    await run(['status', '--check', '--verbose'])
    await sandbox.control('POST', 'weather', { match: '/token', effect: { reset: true } })
    await run(['login', '--verbose', ...redirect], withSecret)
    await run(['logout', '--verbose'])
    await run(['config', 'unset', 'client-secret'])
    secrets = await sandbox.control('GET', 'secrets')
  })
  afterAll(async () => {
    world?.remove()
    if (outside) rmSync(outside, { recursive: true, force: true })
    await sandbox?.stop()
    await keyring?.stop()
  })

  /** Where a secret shows, by the names of the places; the secret itself stays out of the report. */
  function leaks(places: { what: string; text: string }[]): string[] {
    return secrets.flatMap((secret) =>
      places
        .filter(({ text }) => disguisesOf(secret).some((disguise) => text.includes(disguise)))
        .map(({ what }) => `${what} holds a secret that begins with ${secret.slice(0, 4)}`),
    )
  }

  it('in what it prints, with --verbose and when it fails', () => {
    expect(secrets.length).toBeGreaterThan(10)
    expect(told.some(({ text }) => /POST .*\/oauth2\/v2\.0\/token → 200/.test(text))).toBe(true)
    expect(leaks(told)).toEqual([])
  })

  it('in files', () => {
    const places = stages.flatMap((files, index) =>
      Object.entries(files).map(([path, text]) => ({ what: `${path} after step ${index + 1}`, text })),
    )
    expect(places.length).toBeGreaterThan(10)
    expect(leaks(places)).toEqual([])
  })

  it('in the arguments or the environment of the browser', () => {
    const { args, environment } = spy.seen()
    expect(environment).toContain('OD_LINK_CLIENT_ID')
    expect(environment).not.toContain('OD_LINK_CLIENT_SECRET')
    expect(leaks([{ what: 'the browser', text: args.join('\n') + environment }])).toEqual([])
  })

  it('and leaves nothing in the store after logout', () => {
    expect(itemsOf(keyring)).toEqual([])
  })
})
