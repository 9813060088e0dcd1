import { readFileSync } from 'node:fs'
import type { Arguments } from '../cli.ts'
import { OdLinkError } from '../errors.ts'
import type { SandboxOptions } from '../sandbox/index.ts'
import { print, printJson, say } from '../terminal.ts'
import { numberOf, textOf } from './options.ts'

/** `od-link sandbox`: prints what points od-link at it, and serves until Ctrl-C. */
export async function run({ options }: Arguments): Promise<void> {
  const { startSandbox, readUsers } = await import('../sandbox/index.ts')
  const wanted: SandboxOptions = {}
  const [port, latencyMs, accessTtlSeconds] = ['port', 'latency', 'access-ttl'].map((name) =>
    numberOf(options, name),
  )
  if (port !== undefined) wanted.port = port
  if (latencyMs !== undefined) wanted.latencyMs = latencyMs
  if (accessTtlSeconds !== undefined) wanted.accessTtlSeconds = accessTtlSeconds
  const secret = textOf(options, 'secret')
  if (secret !== undefined) wanted.secret = secret
  const usersFile = textOf(options, 'users')
  if (usersFile !== undefined)
    wanted.users = plainly(() => readUsers(readFileSync(usersFile, 'utf8')), usersFile)

  const sandbox = await startSandbox(wanted).catch((error: Error) => {
    throw new OdLinkError('usage', `The sandbox cannot start: ${error.message}`, { cause: error })
  })
  const { origin, clientId, webClientId, webClientSecret, controlToken } = sandbox
  if (options.json) {
    printJson({ origin, controlToken, clientId, webClientId, webClientSecret })
  } else {
    print(
      `export OD_LINK_AUTHORITY_HOST=${origin} OD_LINK_GRAPH_HOST=${origin} OD_LINK_CLIENT_ID=${clientId}`,
    )
    if (!options.quiet) {
      say(
        '\nThe sandbox serves until Ctrl-C. Paste the line above into another terminal, then: od-link login',
      )
      say(`Its drives, live: ${origin}/`)
    }
  }
  await new Promise(() => {})
}

function plainly<T>(read: () => T, file: string): T {
  try {
    return read()
  } catch (error) {
    throw new OdLinkError('usage', `${file} cannot be used: ${(error as Error).message}`, { cause: error })
  }
}
