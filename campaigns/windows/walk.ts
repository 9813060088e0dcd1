import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SandboxProcess } from '../../test/helpers/microsoft/sandbox.ts'
import { crowdScript } from './crowd.ts'
import { logins, startInConsole } from './logins.ts'
import {
  entries,
  environmentFor,
  nodeExe,
  odLinkJs,
  type Result,
  reset,
  settings,
  startInWine,
} from './machine.ts'
import { driveC } from './setup.ts'

/** What a walk reports: one thing that holds, or doesn't, with what was seen. */
export type Check = (what: string, holds: boolean, seen: unknown) => void

/** Walks through od-link on Windows as a person and their scripts use it. @param name of the folders it creates. */
export async function walk(sandbox: SandboxProcess, name: string, check: Check): Promise<void> {
  const env = environmentFor(sandbox)
  const odLink = (args: string[], more: Record<string, string> = {}): Promise<Result> =>
    startInWine([nodeExe, odLinkJs, ...args], { ...env, ...more }).ended
  const expectCode = async (what: string, args: string[], code: number, stdout = /^/) => {
    const result = await odLink(args)
    check(what, result.code === code && stdout.test(result.stdout), result)
  }
  await reset()

  await expectCode('--version', ['--version'], 0, /^\d+\.\d+\.\d+\r?\n$/)
  await expectCode('help', ['help'], 0, /mkdir[\s\S]*login|login[\s\S]*mkdir/)
  await expectCode('mkdir --help', ['mkdir', '--help'], 0, /--from-file/)
  await expectCode('config set', ['config', 'set', 'tenant', 'common'], 0)
  check('settings are below %APPDATA%', existsSync(join(settings, 'config.json')), settings)
  await expectCode('config unset', ['config', 'unset', 'tenant'], 0)

  await keychain()
  await logins(sandbox, check)
  await drive()
  await scripts()
  await lostSignIn()
  await expectCode('logout', ['logout'], 0)
  check('logout leaves nothing', (await entries()).length === 0 && links().length === 0, [
    await entries(),
    links(),
  ])
  await expectCode('without a link: exit code 4', ['mkdir', '/', 'x'], 4)
  await oddSecret()
  await fileStore()
  await ctrlC()
  await npmGlobal()
  const demo = await odLink(['demo'], {
    OD_LINK_AUTHORITY_HOST: '',
    OD_LINK_GRAPH_HOST: '',
    OD_LINK_CLIENT_ID: '',
    OD_LINK_BROWSER: '',
  })
  check('the demo, with its sandbox on Windows, too', demo.code === 0, demo)
  await reset()

  /** A link in the Credential Manager, whose values have at most 2,560 bytes (CRED_MAX_CREDENTIAL_BLOB_SIZE). */
  async function keychain() {
    const askDoctor = () => odLink(['doctor', '--offline', '--json'])
    const works = ({ stdout }: Result) => /"name":"store"[^}]*"ok":true/.test(stdout)
    let doctor = await askDoctor()
    // On a busy machine, Wine's first use of it may take longer than the ten seconds that a check has.
    if (!works(doctor)) doctor = await askDoctor()
    check('doctor: the Credential Manager works', works(doctor), doctor)
    await expectCode('login with the browser', ['login'], 0)
    const kept = await entries()
    check('tokens are in the Credential Manager', kept.length > 0, kept)
    check(
      'no entry is larger than Windows allows',
      kept.every(({ bytes }) => bytes <= 2_560),
      kept,
    )
    await expectCode(
      'status, in another process',
      ['status', '--json'],
      0,
      /"username":"ada@contoso\.example"/,
    )
    await expectCode('store move --to file', ['store', 'move', '--to', 'file'], 0)
    check('no entry is left after the move', (await entries()).length === 0, await entries())
    await expectCode('store move --to keychain', ['store', 'move', '--to', 'keychain'], 0)
    check('the entries are back', (await entries()).length === kept.length, await entries())
  }

  async function drive() {
    const unusual = `/Wine ${name}/Été & 100%`
    await expectCode(
      'mkdir -p with unusual characters',
      ['mkdir', '-p', unusual],
      0,
      new RegExp(`^${unusual}\\r?\\n$`),
    )
    await expectCode('an existing folder: exit code 3', ['mkdir', unusual], 3)
    await expectCode('a missing parent: exit code 8', ['mkdir', '/nope', 'x'], 8)
    await expectCode('a backslash in a name: exit code 2', ['mkdir', 'a\\b'], 2)

    const before = await renewals()
    await sandbox.control('POST', 'expire')
    writeFileSync(join(driveC, 'crowd.mjs'), crowdScript)
    const all = await startInWine([nodeExe, 'C:\\crowd.mjs', odLinkJs, `/Wine ${name}`, '8'], env).ended
    check('eight at one expiry all work', all.stdout.trim() === '0,0,0,0,0,0,0,0', all)
    check('and renew once', (await renewals()) - before === 1, (await renewals()) - before)

    const list = join(driveC, 'list.txt')
    writeFileSync(list, `\ufefflist-${name}/one\r\nlist-${name}/two\r\n`)
    const fromFile = ['mkdir', '--from-file', 'C:\\list.txt']
    await expectCode(
      'a list with CR LF and a byte order mark',
      fromFile,
      0,
      /^[^\n]+\/one\r?\n[^\n]+\/two\r?\n$/,
    )

    const here = join(driveC, 'My Files')
    rmSync(here, { recursive: true, force: true })
    mkdirSync(here)
    const bytes = Buffer.alloc(5_000_000, 'windows\r\n')
    writeFileSync(join(here, 'in é.bin'), bytes)
    const item = `/me/drive/root:/${name}.bin`
    await expectCode('api --upload C:\\…', ['api', '--upload', 'C:\\My Files\\in é.bin', item], 0)
    await expectCode(
      'api --output C:\\…',
      ['api', '--output', 'C:\\My Files\\out.bin', `${item}:/content`],
      0,
    )
    const out = join(here, 'out.bin')
    check('the same bytes come back', existsSync(out) && readFileSync(out).equals(bytes), out)
  }

  async function scripts() {
    const batch = [
      '@echo off',
      'call od-link mkdir /nope x',
      'echo code %ERRORLEVEL%',
      `for /f "delims=" %%i in ('od-link mkdir -p /For/Loop') do echo created %%i`,
    ]
    writeFileSync(join(driveC, 'script.bat'), batch.map((line) => `${line}\r\n`).join(''))
    const result = await startInWine(['cmd', '/c', 'C:\\script.bat'], env).ended
    check('a batch file reads %ERRORLEVEL%', /code 8\r?\n/.test(result.stdout), result)
    check('a batch file reads stdout with for /f', /created \/For\/Loop\r?\n/.test(result.stdout), result)
  }

  async function lostSignIn() {
    const file = join(driveC, 'needed.txt')
    rmSync(file, { force: true })
    await sandbox.control('POST', 'revoke')
    await sandbox.control('POST', 'expire')
    const command = 'echo %OD_LINK_ACCOUNT% %OD_LINK_CODE% > C:\\needed.txt'
    const result = await odLink(['mkdir', '/', 'dead'], { OD_LINK_ON_SIGNIN_NEEDED: command })
    check('a revoked sign-in: exit code 4', result.code === 4, result)
    const written = existsSync(file) ? readFileSync(file, 'utf8') : ''
    check('cmd.exe runs OD_LINK_ON_SIGNIN_NEEDED', /^ada@contoso\.example AADSTS\d+/.test(written), written)
  }

  /** The module's list of entries fails when the value of one is not UTF-16. */
  async function oddSecret() {
    writeFileSync(join(driveC, 'secret.txt'), `abc8Q~${'0'.repeat(34)}`)
    const line = `${nodeExe} ${odLinkJs} config set client-secret < C:\\secret.txt`
    const set = await startInWine(['cmd', '/c', line], env).ended
    check('a client secret from stdin', set.code === 0 && (await entries()).length > 0, set)
    await expectCode('logout --all beside a client secret', ['logout', '--all'], 0)
    await expectCode('config unset client-secret', ['config', 'unset', 'client-secret'], 0)
    check('nothing is left in the Credential Manager', (await entries()).length === 0, await entries())
  }

  /** A link in a file, from a device code. */
  async function fileStore() {
    const inFile = { OD_LINK_STORE: 'file' }
    const login = startInWine([nodeExe, odLinkJs, 'login', '--device'], { ...env, ...inFile })
    const [code] = await login.seen(/\b[A-Z0-9]{8,9}\b(?=[^\n]*\n)/)
    await sandbox.control('POST', 'device', { user_code: code })
    const linked = await login.ended
    check('login with a device code', linked.code === 0, linked)
    check('tokens are in a file below %APPDATA%', links().length === 1, links())

    // As a virus scanner does, or an editor.
    const link = `C:\\users\\ada\\AppData\\Roaming\\od-link\\Config\\links\\${links()[0]}`
    const script = "require('fs').openSync(process.argv[1]); console.log('open'); setTimeout(() => {}, 4000)"
    const reader = startInWine([nodeExe, '-e', script, link])
    await reader.seen(/open/)
    // A refresh token that was replaced is good for nothing, so what is not saved is lost.
    await sandbox.control('POST', 'settings', { refreshGraceSeconds: 0 })
    await sandbox.control('POST', 'expire')
    const before = await renewals()
    const renewed = await odLink(['mkdir', '-p', `/Wine ${name}/renewed`], inFile)
    const once = (await renewals()) - before === 1
    check('a renewal while another program reads the file', renewed.code === 0 && once, renewed)
    await reader.ended
    const again = await odLink(['status', '--check'], inFile)
    check('the new tokens are saved', again.code === 0, again)
    const logout = await odLink(['logout', '--all'], inFile)
    check('logout --all removes the file', logout.code === 0 && links().length === 0, {
      ...logout,
      links: links(),
    })
  }

  /** Wine's console passes it on as Windows does. */
  async function ctrlC() {
    const terminal = startInConsole([odLinkJs, 'login', '--device'], { ...env, OD_LINK_STORE: 'file' })
    await terminal.seen(/expires in/)
    terminal.type('\x03')
    const { code, shown } = await terminal.ended
    check('Ctrl-C ends a login: exit code 130', code === 130, { code, shown })
    check(
      'and nothing is left of it',
      (await entries()).length === 0 && links().length === 0,
      await entries(),
    )
  }

  /** npm writes a shim for cmd.exe and one for PowerShell; Wine has only the first. */
  async function npmGlobal() {
    rmSync(join(driveC, 'global'), { recursive: true, force: true })
    const flags = [
      '--global',
      '--prefix',
      'C:\\global',
      '--offline',
      '--cache',
      'C:\\npm-cache',
      '--no-audit',
      '--no-fund',
    ]
    const npm = ['C:\\npm\\bin\\npm-cli.js', 'install', ...flags, 'C:\\od-link.tgz']
    const installed = await startInWine([nodeExe, ...npm], {}, 600_000).ended
    check('npm install --global', installed.code === 0, installed)
    const version = await startInWine(['cmd', '/c', 'C:\\global\\od-link.cmd', '--version']).ended
    check("npm's shim for cmd.exe", version.code === 0 && /^\d+\.\d+/.test(version.stdout), version)
    const code = await startInWine(['cmd', '/c', 'C:\\global\\od-link.cmd', 'mkdir', 'a\\b'], env).ended
    check('and passes the exit code on', code.code === 2, code)
  }

  async function renewals(): Promise<number> {
    const log: { grant?: string }[] = await sandbox.control('GET', 'log')
    return log.filter(({ grant }) => grant === 'refresh_token').length
  }
}

/** The files with tokens. */
function links(): string[] {
  const folder = join(settings, 'links')
  return existsSync(folder) ? readdirSync(folder) : []
}
