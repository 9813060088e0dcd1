import { readFileSync } from 'node:fs'
import type { Sandbox, SandboxOptions } from '../../../sandbox/index.ts'
import type { Arguments } from '../../cli/command.ts'
import { exitCodes, OdLinkError } from '../../errors.ts'
import { decodeText } from '../../system/decode-text.ts'
import { print, printJson, say } from '../../terminal/index.ts'
import { onInterrupt } from '../../terminal/interrupt.ts'
import { posixQuote, powershellQuote } from '../../text/shell-quote.ts'
import { numberOf, textOf } from '../shared/arguments.ts'

type Options = Arguments['options']

/** `od-link sandbox`: prints the variables that point od-link at it, and runs until Ctrl-C. */
export async function run({ options }: Arguments): Promise<number> {
  const { startSandbox, readUsers, PortTaken } = await import('../../../sandbox/index.ts')
  const sandbox = await startSandbox(sandboxOptions(options, readUsers)).catch((error: Error) => {
    throw new OdLinkError('usage', `Couldn't start the sandbox: ${error.message}`, {
      ...(error instanceof PortTaken
        ? { reason: 'invalid-value', next: [{ intro: 'To use any free port:', verb: 'sandbox' }] }
        : { reason: 'local-file' }),
      cause: error,
    })
  })
  if (options.json) printJson(inJson(sandbox))
  else showEnvironment(sandbox, options)
  await untilStopped()
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

function sandboxOptions(
  options: Options,
  readUsers: typeof import('../../../sandbox/index.ts').readUsers,
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
    users:
      usersFile === undefined
        ? undefined
        : readFrom(usersFile, () => readUsers(decodeText(readFileSync(usersFile), `"${usersFile}"`))),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function inJson({ origin, controlToken, clientId, webClientId, webClientSecret, caFile }: Sandbox) {
  return { origin, controlToken, clientId, webClientId, webClientSecret, ...(caFile ? { caFile } : {}) }
}

function showEnvironment({ origin, clientId, caFile }: Sandbox, options: Options): void {
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
  say('Paste these lines into another terminal, then run: od-link login')
  say(`Live view of the drives: ${origin}/`)
  say('Press Ctrl-C to stop the sandbox.')
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

function readFrom<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new OdLinkError('usage', `Couldn't read ${file}: ${(error as Error).message}`, {
      reason: 'local-file',
      cause: error,
    })
  }
}
