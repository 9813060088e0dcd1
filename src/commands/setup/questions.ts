import { checkClientSecret } from '../../accounts/client-secret.ts'
import { OdLinkError } from '../../errors.ts'
import { ownDriveScope } from '../../graph/scopes.ts'
import { findCloud } from '../../identity/clouds.ts'
import { type Audience, audienceOf, defaultRedirectUri, menu } from '../../identity/portal.ts'
import { readClientId, readDirectory } from '../../registration/client-id.ts'
import { checkSetting, defaultScopes } from '../../registration/index.ts'
import {
  azCloud,
  azCommand,
  beforeYouBegin,
  type NewRegistration,
  portalSteps,
} from '../../registration/portal-steps.ts'
import type { OwnRegistration } from '../../registration/saved.ts'
import { say, styled, tell } from '../../terminal/index.ts'
import { askHidden, askUntil, choose } from '../../terminal/prompt.ts'
import { type AzApp, type AzUser, azUser, createByAz } from './az.ts'

const purpose = [
  'This registers od-link with Microsoft as an app of your own, tests it with a',
  'sign-in, and links your OneDrive. You do it once; it is free, and takes about 5',
  'minutes. The app is saved only when it works. Press Ctrl-C to cancel.',
].join(' ')

export const secretQuestion = `Client secret, its ${menu.secretValue} (not shown): `

/** Enough for one's own drive; anybody may approve it. */
export const ownScopes = `User.Read ${ownDriveScope}`

/** What flags and the environment say, and what is saved. */
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
  scope: string | undefined
  secret: string | undefined
  /** The registration that was saved before. */
  saved: OwnRegistration | undefined
}

/** A registration, and whether it was created a moment ago: then not all of Microsoft's servers know it yet. */
export type Answered = OwnRegistration & { isNew?: true | undefined }

/** Says what the questions are for. */
export function sayPurpose(): void {
  say(styled('bold', 'Set up od-link'))
  tell(purpose)
}

/**
 * Asks a person at the terminal for what is not known yet, and leads them to a new registration: through the portal, or with
 * the Azure CLI.
 * @throws OdLinkError (usage, cancelled) when there is no answer (Ctrl-D).
 */
export async function askForRegistration(known: Known): Promise<Answered> {
  const { saved } = known
  const user = await azUser(known.cloud)
  const way = await choose('Do you have an app registration?', {
    ...(saved ? { saved: `Yes, the saved one: ${saved.clientId} (tenant ${saved.tenant})` } : {}),
    ...(user ? { run: `No, create it with the Azure CLI, which is signed in as ${user.name}` } : {}),
    steps: 'No, walk me through the portal',
    ...(user ? {} : { az: 'No, give me the command for the Azure CLI (az)' }),
    own: 'Yes, I have its client ID',
  } as Record<'saved' | 'run' | 'steps' | 'az' | 'own', string>)
  if (way === 'saved' && saved) return saved
  const kind =
    known.kind ??
    (await choose('What kind of app?', {
      public: `${menu.desktop}: public client, no secret (recommended)`,
      web: `${menu.web}: with a client secret`,
    }))
  const audience = known.tenant ? audienceOf(known.tenant) : await askForWhom(known.cloud)
  const scope = known.scope ?? (await askForScope(audience))
  const redirectUri = known.redirectUri ?? defaultRedirectUri
  const wanted = { cloud: known.cloud, kind, audience, redirectUri }
  const made = way === 'run' && user ? await offerToRun(wanted) : undefined
  if (!made && way !== 'own') showTheWay(way === 'az' ? 'az' : 'steps', wanted)

  const clientId = made?.clientId ?? (await askForClientId(known.suggestedId))
  return {
    clientId,
    kind,
    tenant: known.tenant ?? (audience === 'single' ? await tenantOf(made && user, clientId) : audience),
    cloud: known.cloud,
    scope,
    redirectUri: !known.redirectUri && kind === 'web' && way === 'own' ? await askForUri() : redirectUri,
    listen: known.listen,
    ...(kind === 'web' ? { secret: made?.secret ?? known.secret ?? (await askForSecret()) } : {}),
    ...(made ? { isNew: true as const } : {}),
  }
}

/** The command is shown before it runs. @returns undefined when it did not create the app, so that the portal is left. */
async function offerToRun(wanted: NewRegistration): Promise<AzApp | undefined> {
  say()
  say('This command creates the app:')
  for (const line of azCommand(wanted)) say(`  ${line}`)
  const answer = await choose('Run it now?', { yes: 'Yes', no: 'No, walk me through the portal' })
  if (answer === 'no') return undefined
  try {
    const app = await createByAz(wanted)
    say(`Created the app. Its client ID: ${app.clientId}`)
    return app
  } catch (error) {
    if (!(error instanceof OdLinkError)) throw error
    tell(error.message)
    tell('Create it in the portal instead:')
    return undefined
  }
}

/** Asks for the client ID. @param suggested the one that Enter takes. */
export function askForClientId(suggested = ''): Promise<string> {
  say()
  return askUntil(`${menu.clientId}${suggested && ` [${suggested}]`}: `, (text) =>
    readClientId(text || suggested),
  )
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

/** What others share with a personal account is reached by the smaller scope as well, and nobody administers it. */
async function askForScope(audience: Audience): Promise<string> {
  if (audience === 'consumers') return defaultScopes
  const reach = await choose('What may od-link reach?', {
    own: 'Your own OneDrive only (Files.ReadWrite; anybody can approve it)',
    all: 'Everything that you can reach, such as shared folders and libraries (Files.ReadWrite.All; many organisations want an administrator to approve it)',
  })
  return reach === 'own' ? ownScopes : defaultScopes
}

function showTheWay(way: 'steps' | 'az', wanted: NewRegistration): void {
  say()
  if (way === 'steps') {
    for (const line of [...beforeYouBegin, '']) say(line)
    for (const line of portalSteps(wanted)) say(/^\d/.test(line) ? styled('bold', line) : line)
    return
  }
  const first = azCloud(wanted.cloud)
  if (first) tell('Run this first:', first)
  tell(
    `Run this in another terminal; it prints the client ID${wanted.kind === 'web' ? ', then the secret' : ''}:`,
  )
  say()
  for (const line of azCommand(wanted)) say(line)
}

/** The directory of an app for one organisation: the one that the Azure CLI works in, or the one that is asked for. */
async function tenantOf(user: AzUser | undefined, clientId: string): Promise<string> {
  return user?.tenantId ?? askForDirectory(clientId)
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

/** Asks for the client secret, without echo. */
export function askForSecret(): Promise<string> {
  const read = (secret: string) => {
    checkClientSecret(secret)
    return secret
  }
  return askUntil(secretQuestion, read, askHidden)
}
