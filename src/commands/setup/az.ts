import { OdLinkError } from '../../errors.ts'
import { findCloud } from '../../identity/clouds.ts'
import { azArguments, type NewRegistration } from '../../registration/portal-steps.ts'
import { type Ended, runChild } from '../../system/child-process.ts'
import { parseJsonObject } from '../../text/json.ts'
import { fromOutside } from '../../text/sanitize.ts'

/* The Azure CLI, where it is installed and signed in: it can create the registration for the person. */

/** Who is signed in to the Azure CLI. */
export interface AzUser {
  name: string
  /** The ID of the directory that it works in. */
  tenantId: string
}

/** What the Azure CLI created. */
export interface AzApp {
  clientId: string
  /** Of a "Web" registration. */
  secret?: string
}

/** It is a Python program, which takes seconds to start, and waits for Microsoft. */
const limitMs = { look: 20_000, create: 120_000 }

/**
 * Who is signed in to the Azure CLI in this cloud.
 * https://learn.microsoft.com/en-us/cli/azure/account#az-account-show
 * @returns undefined where it is not installed, not signed in, or in another cloud.
 */
export async function azUser(cloud: string): Promise<AzUser | undefined> {
  // On Windows it is a batch file, which cannot be started without a shell.
  if (process.platform === 'win32') return undefined
  const ended = await az(['account', 'show', '--output', 'json'], limitMs.look, 'Looking for the Azure CLI…')
  const { environmentName, tenantId, user } = parseJsonObject(outputOf(ended) ?? '') ?? {}
  const name = (user as { name?: unknown } | undefined)?.name
  if (environmentName !== findCloud(cloud).az || typeof tenantId !== 'string') return undefined
  return { name: fromOutside(name, 100) || 'an account', tenantId }
}

/**
 * Creates a registration with the Azure CLI. A client secret that it prints is shown nowhere.
 * @throws OdLinkError (usage) with what the Azure CLI says when it fails.
 */
export async function createByAz(wanted: NewRegistration): Promise<AzApp> {
  const { create, reset } = azArguments(wanted)
  const clientId = await lineOf(create)
  return reset ? { clientId, secret: await lineOf(reset(clientId)) } : { clientId }
}

async function lineOf(args: string[]): Promise<string> {
  const ended = await az(args, limitMs.create, 'Waiting for the Azure CLI…')
  const line = outputOf(ended)?.trim()
  if (line) return line
  const said = ended.how === 'exited' ? fromOutside(ended.stderr.trim().split('\n').at(-1), 300) : ended.how
  throw new OdLinkError('usage', `The Azure CLI did not create the app: ${said || 'it gave no reason'}`, {
    reason: 'registration',
  })
}

function outputOf(ended: Ended): string | undefined {
  return ended.how === 'exited' && ended.code === 0 ? ended.stdout : undefined
}

function az(args: string[], limitMs: number, waiting: string): Promise<Ended> {
  return runChild('az', args, { limitMs, waiting })
}
