import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sandbox, SandboxOptions } from '../../../sandbox/index.ts'
import type { Arguments } from '../../cli/command.ts'
import { exitCodes, OdLinkError } from '../../errors.ts'
import { decodeText } from '../../system/decode-text.ts'
import { print, printJson, say } from '../../terminal/index.ts'
import { onInterrupt } from '../../terminal/interrupt.ts'
import type { NextStep } from '../../text/next-step.ts'
import { posixQuote, powershellQuote } from '../../text/shell-quote.ts'
import { numberOf, textOf, textsOf } from '../shared/arguments.ts'
import { placesToTry } from './places.ts'

type Options = Arguments['options']

/** `od-link sandbox`: prints the variables that point od-link at it, and runs until Ctrl-C. */
export async function run({ options }: Arguments): Promise<number> {
  const { startSandbox, PortForbidden, PortTaken, ...read } = await import('../../../sandbox/index.ts')
  const sandbox = await startSandbox(sandboxOptions(options, read)).catch((error: Error) => {
    throw new OdLinkError('usage', `Couldn't start the sandbox: ${error.message}`, {
      ...(error instanceof PortTaken
        ? { reason: 'invalid-value', next: [anyPort] }
        : error instanceof PortForbidden
          ? { reason: 'invalid-value', next: process.platform === 'win32' ? reservedPorts : portsForAll }
          : { reason: 'local-file' }),
      cause: error,
    })
  })
  // Links of its own, so that no command of a trial changes a real drive. They are worthless once the sandbox is gone.
  const configDir = mkdtempSync(join(tmpdir(), 'od-link-sandbox-'))
  if (options.json) printJson({ ...inJson(sandbox), configDir })
  else if (options['as-microsoft']) showNames(sandbox, options)
  else showEnvironment(sandbox, configDir, options)
  await untilStopped()
  rmSync(configDir, { recursive: true, force: true })
  await sandbox.close().catch((error: Error) => {
    throw new OdLinkError('usage', error.message, {
      reason: 'local-file',
      next: [
        'Changes since the last save are lost. Next time, name a file in another folder with --state FILE.',
      ],
      cause: error,
    })
  })
  if (!options.quiet && !options.json) for (const line of sandbox.scoreReport().split('\n')) say(line)
  return exitCodes.interrupted
}

type Readers = Pick<
  typeof import('../../../sandbox/index.ts'),
  'readApps' | 'readMoodOptions' | 'readWorldFile'
>

function sandboxOptions(
  options: Options,
  { readApps, readMoodOptions, readWorldFile }: Readers,
): SandboxOptions {
  const usersFile = textOf(options, 'users')
  // A program cannot press buttons; a person at a terminal has a browser.
  const signIn = textOf(options, 'sign-in') ?? (options.json ? 'automatic' : 'page')
  const all = {
    port: numberOf(options, 'port'),
    latencyMs: numberOf(options, 'latency'),
    accessTtlSeconds: numberOf(options, 'access-ttl'),
    secret: textOf(options, 'secret'),
    state: textOf(options, 'state'),
    signIn: signIn as SandboxOptions['signIn'],
    tls: options.tls === true,
    examples: usersFile === undefined,
    asMicrosoft: options['as-microsoft'] === true,
    origins: originsIn(options),
    moods: readMoods(textsOf(options, 'mood'), readMoodOptions),
    refusals: textsOf(options, 'refusal'),
    ...(usersFile === undefined ? {} : readFrom(usersFile, readWorldFile)),
    registrations: textsOf(options, 'app').flatMap((file) => readFrom(file, readApps)),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function readMoods(pairs: string[], read: Readers['readMoodOptions']): NonNullable<SandboxOptions['moods']> {
  try {
    return read(pairs)
  } catch (error) {
    throw new OdLinkError('usage', `Couldn't read --mood: ${(error as Error).message}`, {
      reason: 'invalid-value',
      cause: error,
    })
  }
}

function originsIn(options: Options): NonNullable<SandboxOptions['origins']> {
  const [authority, graph] = [textOf(options, 'authority-origin'), textOf(options, 'graph-origin')]
  return { ...(authority === undefined ? {} : { authority }), ...(graph === undefined ? {} : { graph }) }
}

function inJson(sandbox: Sandbox) {
  const { origin, controlToken, clientId, webClientId, webClientSecret, caFile } = sandbox
  const { authorityOrigin, graphOrigin } = sandbox
  return {
    ...{ origin, authorityOrigin, graphOrigin, controlToken, clientId, webClientId, webClientSecret },
    places: sandbox.examples,
    ...(sandbox.hosts.length > 0 ? { hosts: hostsLine(sandbox) } : {}),
    ...(caFile ? { caFile } : {}),
  }
}

/** A line of /etc/hosts, hosts(5). */
const hostsLine = ({ hosts }: Sandbox) => ['127.0.0.1', ...hosts].join(' ')

/** Linux reserves the ports below 1024 for root, unless this setting says otherwise: ip-sysctl.rst of the kernel. */
const anyPort: NextStep = { intro: 'To use any free port:', flags: { port: '0' } }

const reservedPorts: NextStep[] = [
  'Show the reserved ranges: netsh interface ipv4 show excludedportrange protocol=tcp',
  anyPort,
]

const portsForAll = [
  'Clients of Microsoft use port 443. To let every user of this machine listen on it until the next start:',
  'sudo sysctl net.ipv4.ip_unprivileged_port_start=443',
]

/** What a machine needs before programs that know only Microsoft's names find the sandbox. */
function showNames(sandbox: Sandbox, options: Options): void {
  const talk = options.quiet ? () => {} : say
  talk('Add this line to /etc/hosts, and remove it when you are done:')
  print(hostsLine(sandbox))
  talk()
  talk('Trust the certificate in this file, for example with NODE_EXTRA_CA_CERTS or REQUESTS_CA_BUNDLE:')
  print(sandbox.caFile ?? '')
  talk()
  const { port } = new URL(sandbox.origin)
  if (port !== '') talk(`Forward port 443 of this machine to port ${port}.`)
  talk(`Client IDs: ${sandbox.clientId} (public), ${sandbox.webClientId} (web)`)
  talk(`Live view of the drives: ${sandbox.origin}/`)
  if (!options.quiet) showPlaces(sandbox.examples)
  talk('Press Ctrl-C to stop the sandbox.')
}

function showEnvironment(
  { origin, authorityOrigin, graphOrigin, clientId, caFile, examples }: Sandbox,
  configDir: string,
  options: Options,
): void {
  const variables = {
    OD_LINK_AUTHORITY_HOST: authorityOrigin,
    OD_LINK_GRAPH_HOST: graphOrigin,
    OD_LINK_CLIENT_ID: clientId,
    OD_LINK_CONFIG_DIR: configDir,
    OD_LINK_STORE: 'file',
    ...(caFile ? { NODE_EXTRA_CA_CERTS: caFile } : {}),
  }
  const shell = textOf(options, 'shell') ?? 'posix'
  for (const [name, value] of Object.entries(variables)) print(assignment(shell, name, value))
  if (options.quiet) return
  say()
  say('Paste these lines into another terminal, then run: od-link login')
  say(`Live view of the drives: ${origin}/`)
  showPlaces(examples)
  say('Press Ctrl-C to stop the sandbox.')
}

function showPlaces(examples: Sandbox['examples']): void {
  const lines = placesToTry(examples)
  if (lines.length === 0) return
  say()
  for (const line of lines) say(line)
  say()
}

function assignment(shell: string, name: string, value: string): string {
  if (shell === 'fish') return `set -gx ${name} ${posixQuote(value)}`
  if (shell === 'powershell') return `$env:${name} = ${powershellQuote(value)}`
  return `export ${name}=${posixQuote(value)}`
}

/** Resolves on Ctrl-C or on a supervisor's SIGTERM, so that the drives can be saved before the process ends. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    onInterrupt(() => resolve())
  })
}

function readFrom<T>(file: string, read: (text: string) => T): T {
  try {
    return read(decodeText(readFileSync(file), `"${file}"`))
  } catch (error) {
    throw new OdLinkError('usage', `Couldn't read ${file}: ${(error as Error).message}`, {
      reason: 'local-file',
      cause: error,
    })
  }
}
