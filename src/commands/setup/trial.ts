import { hasClientSecret } from '../../accounts/client-secret.ts'
import type { Arguments } from '../../cli/command.ts'
import { OdLinkError } from '../../errors.ts'
import { findAuthority } from '../../identity/authority.ts'
import { checkRegistration } from '../../identity/check-registration.ts'
import { findCloud } from '../../identity/clouds.ts'
import { type OwnRegistration, ownSettings, settingsOf } from '../../registration/saved.ts'
import { say } from '../../terminal/index.ts'
import { commandLine } from '../../text/shell-quote.ts'

type Options = Arguments['options']

/**
 * Tries a registration out before it is saved: Microsoft is asked whether it knows it, then a login goes with exactly
 * that registration. Its error says what to type to set up again.
 */
export async function tryOut(registration: OwnRegistration, options: Options): Promise<void> {
  try {
    await refuseForeignSecret(registration)
    await askMicrosoft(registration)
    if (options.json !== true) {
      say()
      say('A sign-in tries it out now; nothing is saved before it works.')
    }
    await login(registration, options)
  } catch (error) {
    throw error instanceof OdLinkError ? nothingSaved(error, registration) : error
  }
}

/** A secret that was kept for this app before would be sent along, and a public client is refused with one. */
export async function refuseForeignSecret({ kind, clientId }: OwnRegistration): Promise<void> {
  if (kind === 'web' || !(await hasClientSecret(clientId))) return
  throw new OdLinkError('usage', 'A client secret is kept for this app, and a public client has none.', {
    hint: 'od-link config unset client-secret',
  })
}

async function askMicrosoft({ clientId, tenant, cloud, redirectUri, scope }: OwnRegistration): Promise<void> {
  const { login: loginOrigin } = findCloud(cloud)
  const authority = await findAuthority(loginOrigin, tenant, clientId)
  const context = { loginOrigin, tenant, clientId, scope: `openid ${scope}`, redirectUri }
  await checkRegistration(authority, { clientId, tenant }, context)
}

async function login(registration: OwnRegistration, options: Options): Promise<void> {
  const { signInAndLink } = await import('../login/run.ts')
  await signInAndLink({ ...options, ...settingsOf(registration) }, registration.secret)
}

/** The same error; but the commands of its hint, which rely on what is saved, are those of a set-up now. */
function nothingSaved(error: OdLinkError, registration: OwnRegistration): OdLinkError {
  const { message, hint = '' } = error
  const command = (instead = {}) => setupCommand(registration, instead)
  const advice = hint
    .replaceAll('od-link config set client-secret && od-link login', () => command({ kind: 'web' }))
    .replaceAll('od-link config unset client-secret && od-link login', () => command({ kind: 'public' }))
    .replace(/od-link login((?: --[a-z-]+ \S+)*)/g, (_, flags: string) => command(flagsIn(flags)))
    .replaceAll(': od-link setup --client-id', ':\nod-link setup --client-id')
  const again = advice.includes('od-link setup') ? advice : `${advice}\nThen again:\n${command()}`.trim()
  return error.with({ message: `${message} Nothing was saved.`, hint: again })
}

function flagsIn(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/--([a-z-]+) (\S+)/g)].map(([, name, value]) => [name, value]))
}

/** What to type for this registration, with some flags instead; a secret is asked for. */
function setupCommand(
  registration: OwnRegistration,
  instead: Record<string, string | undefined> = {},
): string {
  const kind = registration.kind === 'web' ? 'web' : undefined
  const flags = Object.entries({ ...ownSettings(registration), kind, ...instead })
  const words = flags.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]))
  // Typed again, the questions ask for what cannot be quoted here.
  return commandLine(['od-link', 'setup', ...words]) ?? 'od-link setup'
}
