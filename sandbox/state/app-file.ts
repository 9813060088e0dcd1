import { flag, list, oneOf, record, text } from '../server/shape.ts'
import { type Audience, checkRegistrations, type Platform, type Registration } from './registrations.ts'

const audiences = [
  'AzureADMyOrg',
  'AzureADMultipleOrgs',
  'AzureADandPersonalMicrosoftAccount',
  'PersonalMicrosoftAccount',
] as const

/** The platforms as a registration's manifest calls them. Source: entra-docs, reference-microsoft-graph-app-manifest. */
const platforms: Record<string, Platform> = { web: 'web', publicClient: 'public', spa: 'spa' }

/**
 * Whose sign-in an app asks for that names an authority for many directories as its tenant, and which other audiences may
 * be used there. Source: entra-docs, identity-platform/supported-accounts-validation.
 */
const audiencesOf: Record<string, Audience[]> = {
  common: ['AzureADandPersonalMicrosoftAccount', 'AzureADMultipleOrgs'],
  organizations: ['AzureADMultipleOrgs', 'AzureADandPersonalMicrosoftAccount'],
  consumers: ['PersonalMicrosoftAccount', 'AzureADandPersonalMicrosoftAccount'],
}

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
    applicationPermissions: list(text),
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
  const found = apps.map(({ platforms: uris = {}, name, audience, tenant, ...more }, index) => ({
    name: name ?? 'App',
    ...audienceAt(tenant, audience, Array.isArray(value) ? `apps[${index}]` : 'app'),
    redirectUris: Object.entries(platforms).flatMap(([field, platform]) =>
      ((uris as Record<string, string[] | undefined>)[field] ?? []).map((uri) => ({ uri, platform })),
    ),
    ...more,
  }))
  checkRegistrations(found, Array.isArray(value) ? 'apps' : 'app')
  return found
}

/** The audience of an app, and the directory it is in, if its tenant is one. @throws an Error with a plain sentence. */
function audienceAt(
  tenant: string | undefined,
  audience: Audience | undefined,
  where: string,
): Pick<Registration, 'audience' | 'tenant'> {
  const name = tenant?.toLowerCase() ?? 'common'
  const fitting = Object.hasOwn(audiencesOf, name) ? audiencesOf[name] : undefined
  if (tenant === undefined || !fitting)
    return {
      audience: audience ?? 'AzureADandPersonalMicrosoftAccount',
      ...(tenant === undefined ? {} : { tenant }),
    }
  const [usual = 'AzureADandPersonalMicrosoftAccount'] = fitting
  if (audience !== undefined && !fitting.includes(audience))
    throw new Error(`${where}.tenant cannot be ${name} with the audience ${audience}.`)
  return { audience: audience ?? usual }
}
