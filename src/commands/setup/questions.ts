import { checkClientSecret } from '../../accounts/client-secret.ts'
import { OdLinkError } from '../../errors.ts'
import { findCloud } from '../../identity/clouds.ts'
import { type Audience, audienceOf, defaultRedirectUri, menu } from '../../identity/portal.ts'
import { readClientId, readDirectory } from '../../registration/client-id.ts'
import { checkSetting } from '../../registration/index.ts'
import {
  azCloud,
  azCommand,
  beforeYouBegin,
  type NewRegistration,
  portalSteps,
} from '../../registration/portal-steps.ts'
import type { OwnRegistration } from '../../registration/saved.ts'
import { say, styled } from '../../terminal/index.ts'
import { askHidden, askUntil, choose } from '../../terminal/prompt.ts'

const whatItIs = [
  'od-link needs its own app registration: an ID that identifies it to Microsoft.',
  "It's free, and you create it once.",
]

export const secretQuestion = `Client secret, its ${menu.secretValue} (not shown): `

/** What flags and the environment say. */
export interface Known {
  clientId: string | undefined
  /** The client ID that Enter takes. */
  suggestedId: string | undefined
  tenant: string | undefined
  /** The name of the cloud. */
  cloud: string
  kind: OwnRegistration['kind'] | undefined
  redirectUri: string | undefined
  listen: string | undefined
  scope: string
  secret: string | undefined
}

/**
 * Asks a person at the terminal for what is not known yet, and walks them through the portal to a new registration.
 * @throws OdLinkError (usage, cancelled) when there is no answer (Ctrl-D).
 */
export async function askForRegistration(known: Known): Promise<OwnRegistration> {
  const [first = '', ...more] = beforeYouBegin
  say(styled('bold', first))
  for (const line of [...more, '', ...whatItIs]) say(line)

  const way = await choose('Do you have one?', {
    steps: 'No, walk me through the portal',
    az: 'No, give me the command for the Azure CLI (az)',
    own: 'Yes, I have its client ID',
  })
  const kind =
    known.kind ??
    (await choose('What kind of app?', {
      public: `${menu.desktop}: public client, no secret (recommended)`,
      web: `${menu.web}: with a client secret`,
    }))
  const audience = known.tenant ? audienceOf(known.tenant) : await askForWhom(known.cloud)
  const redirectUri = known.redirectUri ?? defaultRedirectUri
  if (way !== 'own') showTheWay(way, { cloud: known.cloud, kind, audience, redirectUri })

  say()
  const { suggestedId = '' } = known
  const clientId = await askUntil(`${menu.clientId}${suggestedId && ` [${suggestedId}]`}: `, (text) =>
    readClientId(text || suggestedId),
  )
  return {
    clientId,
    kind,
    tenant: known.tenant ?? (audience === 'single' ? await askForDirectory(clientId) : audience),
    cloud: known.cloud,
    scope: known.scope,
    redirectUri: !known.redirectUri && kind === 'web' && way === 'own' ? await askForUri() : redirectUri,
    listen: known.listen,
    ...(kind === 'web' ? { secret: known.secret ?? (await askForSecret()) } : {}),
  }
}

/** Personal accounts exist only in the global cloud. */
async function askForWhom(cloud: string): Promise<Audience> {
  const single = 'One organisation only'
  if (findCloud(cloud).tenant === 'organizations')
    return choose('Who will sign in?', { organizations: 'Any organisation', single })
  return choose('Who will sign in?', {
    common: 'Work, school and personal accounts',
    single,
    consumers: 'Personal accounts only',
  })
}

function showTheWay(way: 'steps' | 'az', wanted: NewRegistration): void {
  say()
  if (way === 'steps') {
    for (const line of portalSteps(wanted)) say(/^\d/.test(line) ? styled('bold', line) : line)
    return
  }
  const first = azCloud(wanted.cloud)
  if (first) say('Run this first:', ` ${first}`)
  say(
    `Run this in another terminal; it prints the client ID${wanted.kind === 'web' ? ', then the secret' : ''}:`,
  )
  say()
  for (const line of azCommand(wanted)) say(line)
}

function askForDirectory(clientId: string): Promise<string> {
  return askUntil(`${menu.tenantId}, or a domain: `, (text) => {
    const directory = readDirectory(text)
    if (directory !== clientId) return directory
    throw new OdLinkError('usage', 'That is the client ID again.', {
      reason: 'invalid-value',
      next: [`The ${menu.tenantId} is listed below it.`],
    })
  })
}

function askForUri(): Promise<string> {
  return askUntil(`Redirect URI, as registered [${defaultRedirectUri}]: `, (text) => {
    if (text) checkSetting('redirect-uri', text)
    return text || defaultRedirectUri
  })
}

function askForSecret(): Promise<string> {
  const read = (secret: string) => {
    checkClientSecret(secret)
    return secret
  }
  return askUntil(secretQuestion, read, askHidden)
}
