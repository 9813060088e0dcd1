import { readFileSync } from 'node:fs'
import type { Sandbox, SandboxOptions } from '../../../sandbox/index.ts'
import type { Arguments } from '../../cli/command.ts'
import { exitCodes, OdLinkError } from '../../errors.ts'
import { print, printJson, say } from '../../terminal/index.ts'
import { posixQuote, powershellQuote } from '../../text/shell-quote.ts'
import { numberOf, textOf } from '../shared/arguments.ts'

type Options = Arguments['options']

/** `od-link sandbox`: prints what points od-link at it, and serves until Ctrl-C. */
export async function run({ options }: Arguments): Promise<number> {
  const { startSandbox, readUsers } = await import('../../../sandbox/index.ts')
  const sandbox = await startSandbox(wantedOf(options, readUsers)).catch((error: Error) => {
    throw new OdLinkError('usage', `The sandbox cannot start: ${error.message}`, { cause: error })
  })
  if (options.json) printJson(inJson(sandbox))
  else tell(sandbox, options)
  await untilStopped()
  await sandbox.close().catch((error: Error) => {
    const hint =
      'What was changed since the last writing is lost. Make room there, or name another: --state FILE'
    throw new OdLinkError('usage', error.message, { hint, cause: error })
  })
  if (!options.quiet && !options.json) for (const line of sandbox.scoreReport().split('\n')) say(line)
  return exitCodes.interrupted
}

function wantedOf(
  options: Options,
  readUsers: typeof import('../../../sandbox/index.ts').readUsers,
): SandboxOptions {
  const usersFile = textOf(options, 'users')
  // Programs cannot click; a person in front of a terminal has a browser.
  const signIn = textOf(options, 'sign-in') ?? (options.json ? 'automatic' : 'page')
  const all = {
    port: numberOf(options, 'port'),
    latencyMs: numberOf(options, 'latency'),
    accessTtlSeconds: numberOf(options, 'access-ttl'),
    secret: textOf(options, 'secret'),
    state: textOf(options, 'state'),
    signIn: signIn as SandboxOptions['signIn'],
    tls: options.tls === true,
    users:
      usersFile === undefined
        ? undefined
        : plainly(usersFile, () => readUsers(readFileSync(usersFile, 'utf8'))),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function inJson({ origin, controlToken, clientId, webClientId, webClientSecret, caFile }: Sandbox) {
  return { origin, controlToken, clientId, webClientId, webClientSecret, ...(caFile ? { caFile } : {}) }
}

function tell({ origin, clientId, caFile }: Sandbox, options: Options): void {
  const variables = {
    OD_LINK_AUTHORITY_HOST: origin,
    OD_LINK_GRAPH_HOST: origin,
    OD_LINK_CLIENT_ID: clientId,
    ...(caFile ? { NODE_EXTRA_CA_CERTS: caFile } : {}),
  }
  const shell = textOf(options, 'shell') ?? 'posix'
  for (const [name, value] of Object.entries(variables)) print(assignment(shell, name, value))
  if (options.quiet) return
  say()
  say('Paste these lines into another terminal, then: od-link login')
  say(`The drives, as they change: ${origin}/`)
  say('The sandbox serves until Ctrl-C.')
}

function assignment(shell: string, name: string, value: string): string {
  if (shell === 'fish') return `set -gx ${name} ${posixQuote(value)}`
  if (shell === 'powershell') return `$env:${name} = ${powershellQuote(value)}`
  return `export ${name}=${posixQuote(value)}`
}

/** Ctrl-C, or the polite signal of a supervisor: the drives are saved before the end. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.removeAllListeners('SIGINT')
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}

function plainly<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new OdLinkError('usage', `${file} cannot be used: ${(error as Error).message}`, { cause: error })
  }
}
