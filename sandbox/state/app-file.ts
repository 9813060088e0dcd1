import { flag, list, oneOf, record, text } from '../server/shape.ts'
import { checkRegistrations, type Platform, type Registration } from './registrations.ts'

const audiences = [
  'AzureADMyOrg',
  'AzureADMultipleOrgs',
  'AzureADandPersonalMicrosoftAccount',
  'PersonalMicrosoftAccount',
] as const

/** The platforms as a registration's manifest calls them. Source: entra-docs, reference-microsoft-graph-app-manifest. */
const platforms: Record<string, Platform> = { web: 'web', publicClient: 'public', spa: 'spa' }

const readApp = record(
  {
    clientId: text,
    name: text,
    secrets: list(text),
    platforms: record({ web: list(text), publicClient: list(text), spa: list(text) }),
    audience: oneOf(...audiences),
    tenant: text,
    allowPublicClientFlows: flag,
    implicit: list(oneOf('id_token', 'token')),
    permissions: list(text),
  },
  ['clientId'],
)

/**
 * Reads an app file: a JSON object, or a list of them, each an app registration.
 * @throws an Error with a plain sentence that names the bad field.
 */
export function readApps(file: string): Registration[] {
  let value: unknown
  try {
    value = JSON.parse(file)
  } catch (error) {
    throw new Error(`It is not valid JSON: ${(error as Error).message}`)
  }
  const apps = Array.isArray(value) ? list(readApp)(value, 'apps') : [readApp(value, 'app')]
  const found = apps.map(({ platforms: uris = {}, name, audience, ...more }) => ({
    name: name ?? 'App',
    audience: audience ?? ('AzureADandPersonalMicrosoftAccount' as const),
    redirectUris: Object.entries(platforms).flatMap(([field, platform]) =>
      ((uris as Record<string, string[] | undefined>)[field] ?? []).map((uri) => ({ uri, platform })),
    ),
    ...more,
  }))
  checkRegistrations(found, Array.isArray(value) ? 'apps' : 'app')
  return found
}
