import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openStore } from '../../accounts/stores/index.ts'
import { probeStore } from '../../accounts/stores/probe.ts'
import type { Arguments } from '../../cli/command.ts'
import { exitCodes, OdLinkError } from '../../errors.ts'
import { exchange } from '../../http/index.ts'
import { settingNames } from '../../settings/names.ts'
import { print, styled } from '../../terminal/index.ts'
import { onInterrupt } from '../../terminal/interrupt.ts'

/** What `od-link sandbox --json` prints. */
interface SandboxLine {
  origin: string
  controlToken: string
  clientId: string
}

/**
 * `od-link demo`: the whole way against the sandbox, each step a process of its own, as a person would type it.
 * Needs no account, no display, no D-Bus and asks nothing.
 */
export async function run(_: Arguments): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), 'od-link-demo-'))
  const sandbox = spawn(process.execPath, [ownProgram(), 'sandbox', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let environment: NodeJS.ProcessEnv | undefined
  /** Whatever becomes of the demo, it leaves nothing behind: no link in the keychain, no directory, no server. */
  const tidyUp = () => {
    sandbox.kill()
    if (environment)
      spawnSync(process.execPath, [ownProgram(), 'logout', '--all'], { env: environment, stdio: 'ignore' })
    rmSync(place, { recursive: true, force: true })
  }
  const stop = () => {
    tidyUp()
    process.exit(exitCodes.interrupted)
  }
  const release = onInterrupt(stop)
  // The terminal was closed.
  process.once('SIGHUP', stop)
  try {
    const told = JSON.parse(await firstLine(sandbox)) as SandboxLine
    environment = environmentOf(told, await chooseStore(place), place)
    await narrate(told, environment)
  } finally {
    release()
    process.off('SIGHUP', stop)
    tidyUp()
  }
}

/** A world of its own: none of the person's settings counts in it. */
function environmentOf(sandbox: SandboxLine, store: string, place: string): NodeJS.ProcessEnv {
  const unset = Object.fromEntries(Object.values(settingNames).map((variable) => [variable, '']))
  return {
    ...process.env,
    ...unset,
    OD_LINK_ACCOUNT: '',
    OD_LINK_CLIENT_SECRET: '',
    OD_LINK_CONFIG_DIR: place,
    OD_LINK_STORE: store,
    OD_LINK_CLIENT_ID: sandbox.clientId,
    OD_LINK_AUTHORITY_HOST: sandbox.origin,
    OD_LINK_GRAPH_HOST: sandbox.origin,
    OD_LINK_BROWSER: scriptedBrowser(),
  }
}

async function narrate(sandbox: SandboxLine, environment: NodeJS.ProcessEnv): Promise<void> {
  const step = async (why: string, ...args: string[]) => {
    print()
    print(styled('dim', `# ${why}`))
    print(styled('bold', `$ od-link ${args.map(shown).join(' ')}`))
    const child = spawn(process.execPath, [ownProgram(), ...args], { env: environment, stdio: 'inherit' })
    const [code] = await once(child, 'exit')
    if (code !== 0)
      throw new OdLinkError('internal', `The demo stopped: od-link ${args.join(' ')} ended with ${code}.`)
  }

  print(
    `A stand-in for Microsoft runs at ${sandbox.origin}; no account is needed, and nothing leaves this machine.`,
  )
  print(
    environment.OD_LINK_STORE === 'keychain'
      ? 'Tokens are kept in your keychain, under a name of the demo alone, and removed at the end.'
      : 'No keychain works here, so the demo keeps tokens in a private file (OD_LINK_STORE=file), and removes it at the end.',
  )
  await step(
    'Sign in once. A person would do it in the browser; here a small program follows the redirects.',
    'login',
  )
  await step('From now on any script can make folders. It prints their paths.', 'mkdir', '/', 'Reports')
  await step(
    'Missing parents are made with -p, and any name is fine.',
    'mkdir',
    '-p',
    '/Reports/2026/Été à Paris',
  )
  await expire(sandbox)
  await step(
    'The access token has just expired. Nobody notices: the link renews itself.',
    'mkdir',
    '/Reports',
    'After the expiry',
  )
  await step('Who is linked, and for how long the token is good:', 'status')
  await step('And away with it. Microsoft is not needed for that.', 'logout')
  print()
  print(styled('green', '✓'), ' That was all of it. With your own OneDrive: od-link login')
}

async function expire({ origin, controlToken }: SandboxLine): Promise<void> {
  const url = new URL('/control/expire', origin)
  await exchange({ method: 'POST', url, headers: { authorization: `Bearer ${controlToken}` } })
}

/** The keychain if one works here, under a name of the demo's own; else the file store. */
async function chooseStore(place: string): Promise<string> {
  const before = { ...process.env }
  Object.assign(process.env, { OD_LINK_CONFIG_DIR: place, OD_LINK_STORE: 'keychain' })
  try {
    await probeStore(await openStore())
    return 'keychain'
  } catch {
    return 'file'
  } finally {
    process.env = before
  }
}

/** In the part of the browser: Node itself, following redirects. */
function scriptedBrowser(): string {
  return `"${process.execPath}" -e "fetch(process.argv[1]).then((answer) => answer.text())"`
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout) for await (const line of createInterface({ input: child.stdout })) return line
  throw new OdLinkError('internal', 'The sandbox did not start.')
}

function ownProgram(): string {
  return process.argv[1] as string
}

function shown(argument: string): string {
  return /^[\w./:-]+$/.test(argument) ? argument : `"${argument}"`
}
