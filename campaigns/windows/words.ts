import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SandboxProcess } from '../../test/helpers/microsoft/sandbox.ts'
import { environmentFor, nodeExe, odLinkJs, reset, startInWine } from './machine.ts'
import { driveC, wineEnvironment } from './setup.ts'
import type { Check } from './walk.ts'

/** What od-link says on Windows: its paths, quotes and variables, and the refusals of its Credential Manager. */
export async function words(sandbox: SandboxProcess, check: Check): Promise<void> {
  const env = environmentFor(sandbox)
  const odLink = (args: string[], more: Record<string, string> = {}) =>
    startInWine([nodeExe, odLinkJs, ...args], { ...env, ...more }).ended
  const expectWords = async (
    what: string,
    args: string[],
    code: number,
    said: RegExp,
    more: Record<string, string> = {},
  ) => {
    const result = await odLink(args, more)
    const text = (result.stdout + result.stderr).replace(/\s+/g, ' ')
    check(what, result.code === code && said.test(text), result)
  }
  await reset()
  await expectWords('a missing link', ['mkdir', 'x'], 4, /next: od-link login/)
  const login = await odLink(['login'])
  check('a login', login.code === 0, login)

  await expectWords(
    'a path with backslashes',
    ['mkdir', 'Reports\\2026'],
    2,
    /forward slashes: "Reports\/2026"/,
  )
  await expectWords('a request with backslashes', ['api', '\\me\\drive'], 2, /od-link api \/me\/drive/)
  await expectWords('double quotes in a hint', ['mkdir', '/no parent/x'], 8, /mkdir -p "\/no parent\/x"/)
  await expectWords(
    'no quotes that cmd and PowerShell read differently',
    ['mkdir', '/no & parent/x'],
    8,
    /od-link mkdir --help/,
  )
  await expectWords('a path of this computer', ['mkdir', 'C:\\Users\\ada'], 2, /path of this computer/)
  await expectWords(
    'how to unset a variable',
    ['store', 'move', '--to', 'keychain'],
    0,
    /set OD_LINK_STORE= \(in PowerShell: \$env:OD_LINK_STORE = ''\)/,
    { OD_LINK_STORE: 'file' },
  )
  writeFileSync(join(driveC, 'a-file'), '')
  await expectWords(
    'how to set a variable',
    ['config', 'set', 'tenant', 'common'],
    2,
    /set OD_LINK_CONFIG_DIR=C:\\path\\to\\a\\directory/,
    { OD_LINK_CONFIG_DIR: 'C:\\a-file\\settings' },
  )
  for (const device of ['NUL', 'con', 'C:\\logs\\aux.txt', 'COM1'])
    await expectWords(`no download to ${device}`, ['api', '/me', '--output', device], 2, /device/)

  // As `>` of Windows PowerShell writes it.
  writeFileSync(join(driveC, 'utf16.txt'), Buffer.from('\ufeff/a/one\r\n/a/two\r\n', 'utf16le'))
  await expectWords(
    'a list in UTF-16',
    ['mkdir', '--from-file', 'C:\\utf16.txt', '--dry-run'],
    0,
    /^\/a\/one \/a\/two /,
  )

  // What the module makes of what Windows answers, over SSH and otherwise.
  const refusals: [number: string, said: RegExp][] = [
    ['1312', /no keychain here.*SSH.*od-link config set store encrypted/],
    ['5', /refuses od-link access/],
    ['8', /does not accept the entry/],
    ['1783', /does not accept the entry/],
  ]
  for (const [number, said] of refusals)
    await expectWords(`Windows error ${number} of the Credential Manager`, ['mkdir', '/x'], 5, said, {
      OD_LINK_TEST_CREDENTIAL_ERROR: number,
    })
  await expectWords(
    'a missing Visual C++ runtime',
    ['mkdir', '/x'],
    5,
    /Visual C\+\+ runtime \(VCRUNTIME140\.dll\) is missing/,
    { WINEDLLOVERRIDES: `${wineEnvironment.WINEDLLOVERRIDES};vcruntime140=d` },
  )
  await heldDownload()
  await expectWords('a logout', ['logout', '--all'], 0, /./)
  await reset()

  /** Another program has the target open; the next run needs only to put the complete download in its place. */
  async function heldDownload() {
    const content = '/me/drive/root:/held.txt'
    writeFileSync(join(driveC, 'held-source.txt'), 'the new content')
    await odLink(['api', '--upload', 'C:\\held-source.txt', content])
    writeFileSync(join(driveC, 'held.txt'), 'the old content')
    const script =
      "require('fs').openSync('C:\\\\held.txt'); console.log('open'); setTimeout(() => {}, 600_000)"
    const reader = startInWine([nodeExe, '-e', script])
    await reader.seen(/open/)
    const download = ['api', `${content}:/content`, '--output', 'C:\\held.txt']
    const held = await odLink(download)
    const isNamed = held.code === 2 && /"C:\\held\.txt" cannot be written/.test(held.stderr)
    check('a download names the file that another program holds', isNamed, held)
    reader.stop()
    await reader.ended
    const reads = async () => {
      const log: { method: string; path: string; status: number }[] = await sandbox.control('GET', 'log')
      return log.filter(({ method, status }) => method === 'GET' && (status === 200 || status === 206))
    }
    const before = await reads()
    const again = await odLink(download)
    check('and is put there by the next run', again.code === 0, again)
    const fetched = (await reads()).slice(before.length)
    check('which fetches nothing', fetched.length === 0, fetched)
    rmSync(join(driveC, 'held.txt'))
  }
}
