import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Arguments } from '../../cli/command.ts'
import { OdLinkError } from '../../errors.ts'
import { exchange } from '../../http/index.ts'
import { settingNames } from '../../settings/names.ts'
import { endBySignal } from '../../system/end-by-signal.ts'
import { columnsOfData, print, styled } from '../../terminal/index.ts'
import { onInterrupt } from '../../terminal/interrupt.ts'
import { wrap } from '../../text/wrap.ts'

/** What `od-link sandbox --json` prints. */
interface SandboxLine {
  origin: string
  controlToken: string
  clientId: string
}

/**
 * `od-link demo`: the whole flow against the sandbox. Each step is a process of its own, as a person would type it.
 * It needs no account, display or D-Bus, and asks nothing.
 */
export async function run(_: Arguments): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), 'od-link-demo-'))
  const sandbox = spawn(process.execPath, [ownProgram(), 'sandbox', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let environment: NodeJS.ProcessEnv | undefined
  /** However the demo ends, it leaves nothing behind: no link in the keychain, no directory, no server. */
  const tidyUp = () => {
    sandbox.kill()
    if (environment)
      spawnSync(process.execPath, [ownProgram(), 'logout', '--all'], { env: environment, stdio: 'ignore' })
    rmSync(place, { recursive: true, force: true })
  }
  const release = onInterrupt((signal) => {
    tidyUp()
    endBySignal(signal)
  })
  try {
    const started = JSON.parse(await firstLine(sandbox)) as SandboxLine
    environment = environmentOf(started, place)
    environment.OD_LINK_STORE = await chooseStore(environment)
    await narrate(started, environment)
  } finally {
    release()
    tidyUp()
  }
}

/** An environment of its own, without any of the person's settings. */
function environmentOf(sandbox: SandboxLine, place: string): NodeJS.ProcessEnv {
  const unset = Object.fromEntries(Object.values(settingNames).map((variable) => [variable, '']))
  return {
    ...process.env,
    ...unset,
    OD_LINK_ACCOUNT: '',
    OD_LINK_CLIENT_SECRET: '',
    OD_LINK_CONFIG_DIR: place,
    OD_LINK_CLIENT_ID: sandbox.clientId,
    OD_LINK_AUTHORITY_HOST: sandbox.origin,
    OD_LINK_GRAPH_HOST: sandbox.origin,
    OD_LINK_BROWSER: scriptedBrowser(),
  }
}

async function narrate(sandbox: SandboxLine, environment: NodeJS.ProcessEnv): Promise<void> {
  const step = async (why: string, ...args: string[]) => {
    print()
    for (const line of wrap(`# ${why}`, columnsOfData(), '# ')) print(styled('dim', line))
    print(styled('bold', `$ od-link ${args.map(shown).join(' ')}`))
    const code = await runStep(args, environment, 'inherit')
    if (code !== 0)
      throw new OdLinkError(
        'internal',
        `The demo stopped: od-link ${args.join(' ')} failed with exit code ${code}.`,
      )
  }

  const introduction = [
    `A local fake of Microsoft sign-in and OneDrive is running at ${sandbox.origin}.`,
    'You need no account, and nothing leaves this machine.',
    environment.OD_LINK_STORE === 'keychain'
      ? 'Tokens are saved in your keychain, under a name that only the demo uses, and removed at the end.'
      : 'No keychain is available here, so tokens are saved in a private file and removed at the end.',
  ]
  for (const sentence of introduction) for (const line of wrap(sentence, columnsOfData())) print(line)
  await step('Sign in once. You would use your browser; here a small program follows the redirects.', 'login')
  await step('From now on any script can create folders. mkdir prints their paths.', 'mkdir', '/', 'Reports')
  await step(
    '-p creates missing parent folders. Names can be in any language.',
    'mkdir',
    '-p',
    '/Reports/2026/Été à Paris',
  )
  await expire(sandbox)
  await step(
    'The access token has just expired. od-link renews it by itself.',
    'mkdir',
    '/Reports',
    'After the expiry',
  )
  await step('Show the linked account and when its token expires.', 'status')
  await step('Unlink. This works offline.', 'logout')
  print()
  print(styled('green', '✓'), ' Done. To link your own OneDrive: od-link setup')
}

async function expire({ origin, controlToken }: SandboxLine): Promise<void> {
  const url = new URL('/control/expire', origin)
  await exchange({ method: 'POST', url, headers: { authorization: `Bearer ${controlToken}` } })
}

/** The keychain if one works here: `store move` tests it before it moves anything. Otherwise the file store. */
async function chooseStore(environment: NodeJS.ProcessEnv): Promise<string> {
  const code = await runStep(['store', 'move', '--to', 'keychain'], environment, 'ignore')
  return code === 0 ? 'keychain' : 'file'
}

/** Runs od-link in the demo's environment. @returns its exit code. */
async function runStep(args: string[], env: NodeJS.ProcessEnv, stdio: 'inherit' | 'ignore') {
  const child = spawn(process.execPath, [ownProgram(), ...args], { env, stdio })
  const [code] = await once(child, 'exit')
  return code as number | null
}

/** Plays the browser: Node follows the redirects. */
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
