import { join } from 'node:path'
import { checkClientSecret, clientSecretFor } from '../../accounts/client-secret.ts'
import { openStore } from '../../accounts/stores/index.ts'
import type { Arguments } from '../../cli/command.ts'
import { OdLinkError } from '../../errors.ts'
import { findCloud } from '../../identity/clouds.ts'
import { audienceOf, defaultRedirectUri } from '../../identity/portal.ts'
import { readClientId } from '../../registration/client-id.ts'
import { checkSetting, defaultScopes } from '../../registration/index.ts'
import { azCloud, azCommand, beforeYouBegin, portalSteps } from '../../registration/portal-steps.ts'
import { readRedirect } from '../../registration/redirect-uri.ts'
import { type OwnRegistration, ownSettings, saveRegistration, settingsOf } from '../../registration/saved.ts'
import { configDir } from '../../settings/directory.ts'
import { variable } from '../../settings/environment.ts'
import { savedSettings, setting } from '../../settings/index.ts'
import { type SettingName, settingNames } from '../../settings/names.ts'
import { print, printJson, say, styled, tell } from '../../terminal/index.ts'
import { askSecret } from '../../terminal/prompt.ts'
import { secondsOf, textOf } from '../shared/arguments.ts'
import { cloudNames } from '../shared/options.ts'
import { type Known, secretQuestion } from './questions.ts'
import { refuseForeignSecret, type TrialOptions, tryOut } from './trial.ts'
import { askAndTry } from './wizard.ts'

type Options = Arguments['options']

/**
 * `od-link setup`:
 * 1. flags and the environment are checked, and a person at the terminal is asked for what is missing;
 * 2. Microsoft is asked whether it knows the registration, then a login tests it;
 * 3. only when that has worked is the registration saved, as a whole.
 */
export async function run({ options }: Arguments): Promise<number> {
  const known = readKnown(options)
  const trial = options['no-login'] === true ? undefined : trialOptions(options)
  if (options['admin-link'] || options.az || options.steps) {
    await showOnly(known, options)
    return 0
  }
  if (known.redirectUri !== undefined) readRedirect(known.redirectUri, known.listen)
  const registration =
    !known.clientId && process.stdin.isTTY && !options.json
      ? await askAndTry({ ...known, saved: await savedRegistration(known, options) }, trial).catch(cancelled)
      : await tried(await complete(known, options), trial)
  if (typeof registration === 'number') return registration
  if (!trial) await refuseForeignSecret(registration).catch(unlessUnknown)
  await saveRegistration(registration)
  await report(registration, variablesAgainst(registration), options)
  return 0
}

async function showOnly(known: Known, options: Options): Promise<void> {
  if (!options['admin-link']) return showTheWay(known, options)
  return (await import('./admin-link.ts')).showAdminLink(known, options.json === true)
}

async function tried(
  registration: OwnRegistration,
  trial: TrialOptions | undefined,
): Promise<OwnRegistration> {
  if (trial) await tryOut(registration, trial)
  return registration
}

/** What was saved before, with what flags and variables say instead. */
async function savedRegistration(known: Known, options: Options): Promise<OwnRegistration | undefined> {
  const saved = savedSettings()
  const clientId = saved['client-id']
  if (!clientId) return undefined
  const secret = known.secret ?? (await clientSecretFor(clientId).catch(() => undefined))
  const cloud = textOf(options, 'cloud') ?? setting('cloud') ?? 'global'
  return {
    clientId,
    cloud,
    kind: known.kind ?? (secret ? 'web' : 'public'),
    tenant: known.tenant ?? saved.tenant ?? findCloud(cloud).tenant,
    redirectUri: known.redirectUri ?? saved['redirect-uri'] ?? defaultRedirectUri,
    listen: known.listen,
    scope: known.scope ?? saved.scope ?? defaultScopes,
    ...(secret ? { secret } : {}),
  }
}

function trialOptions(options: Options): TrialOptions {
  return {
    device: options.device === true,
    noBrowser: options['no-browser'] === true,
    timeoutSeconds: secondsOf(options, 'timeout'),
    json: options.json === true,
  }
}

/** @throws OdLinkError (usage) for a value that cannot be right, before anything is done. */
function readKnown(options: Options): Known {
  const given = (name: SettingName) => {
    const value = textOf(options, name) ?? variable(settingNames[name])
    if (value !== undefined) checkSetting(name, value)
    return value
  }
  const flag = textOf(options, 'client-id')
  const cloud = given('cloud') ?? 'global'
  const tenant = given('tenant')
  if (findCloud(cloud).tenant === 'organizations' && (tenant === 'common' || tenant === 'consumers')) {
    throw new OdLinkError(
      'usage',
      `The cloud "${cloud}" has no personal accounts, so no tenant "${tenant}".`,
      {
        reason: 'invalid-value',
        next: [{ verb: 'setup', flags: { cloud, tenant: 'organizations' } }],
      },
    )
  }
  return {
    clientId: flag === undefined ? undefined : readClientId(flag),
    suggestedId: variable('OD_LINK_CLIENT_ID'),
    tenant,
    cloud,
    kind: textOf(options, 'kind') as OwnRegistration['kind'] | undefined,
    redirectUri: given('redirect-uri'),
    listen: given('listen') ?? savedSettings().listen,
    scope: given('scope'),
    secret: variable('OD_LINK_CLIENT_SECRET'),
    saved: undefined,
  }
}

/** The steps or the command go to stdout, so that they can be piped; what comes before them is a message. */
function showTheWay({ cloud, kind = 'public', tenant, redirectUri }: Known, { az, json }: Options): void {
  const audience = audienceOf(tenant ?? findCloud(cloud).tenant)
  const wanted = { cloud, kind, audience, redirectUri: redirectUri ?? defaultRedirectUri }
  const lines = az ? azCommand(wanted) : [...beforeYouBegin, '', ...portalSteps(wanted)]
  const first = az ? azCloud(cloud) : undefined
  if (json) printJson(az ? { command: lines.join('\n'), before: first ?? null } : { steps: lines })
  else {
    if (first) say(`Run this first: ${first}`)
    for (const line of lines) print(line)
  }
}

async function complete(known: Known, options: Options): Promise<OwnRegistration> {
  const clientId = known.clientId ?? (known.suggestedId && readClientId(known.suggestedId))
  if (!clientId) throw missing('--client-id', options)
  const {
    cloud,
    scope = defaultScopes,
    tenant = findCloud(cloud).tenant,
    redirectUri = defaultRedirectUri,
    listen,
  } = known
  const kind = known.kind ?? (known.secret ? 'web' : 'public')
  if (kind === 'public') return { clientId, tenant, cloud, kind, redirectUri, listen, scope }
  // With --json nobody is asked.
  if (!known.secret && options.json && process.stdin.isTTY) throw missing('OD_LINK_CLIENT_SECRET', options)
  const secret = known.secret ?? (await askSecret(secretQuestion))
  checkClientSecret(secret)
  return { clientId, tenant, cloud, kind, redirectUri, listen, scope, secret }
}

function cancelled(error: unknown): never {
  if (!(error instanceof OdLinkError) || error.reason !== 'cancelled') throw error
  throw error.with({ message: 'Setup was cancelled; nothing was saved.' })
}

/** A store that cannot be read now does not keep anyone from saving: the login will report it. */
function unlessUnknown(error: unknown): void {
  if (!(error instanceof OdLinkError) || error.kind !== 'keychain') throw error
}

/** The variables that override what is saved here with another value. */
function variablesAgainst(registration: OwnRegistration): string[] {
  return Object.entries(settingsOf(registration)).flatMap(([name, value]) => {
    const overriding = settingNames[name as SettingName]
    const set = variable(overriding)
    return set !== undefined && set !== value ? [overriding] : []
  })
}

async function report(registration: OwnRegistration, overruled: string[], options: Options): Promise<void> {
  const settings = ownSettings(registration)
  const clientSecret = registration.secret !== undefined
  if (options.json) return printJson({ event: 'saved', settings, clientSecret })
  const secret = clientSecret ? `, and the secret in ${(await openStore()).label.replace(/^The/, 'the')}` : ''
  const names = Object.keys(settings).join(', ')
  print(styled('green', '✓'), ` Saved ${names} in ${join(configDir(), 'config.json')}${secret}.`)
  for (const variable of overruled)
    tell(`Note: ${variable} is set to another value and overrides the saved one.`)
  if (options['no-login']) say('Not tested yet; run: od-link login')
  else say('Next: od-link mkdir /Hello')
}

function missing(what: '--client-id' | 'OD_LINK_CLIENT_SECRET', { json }: Options): OdLinkError {
  const why = json ? 'With --json nothing is asked' : 'Not a terminal'
  const verb = what === '--client-id' ? 'pass' : 'set'
  return new OdLinkError('usage', `${why}: ${verb} ${what}.`, {
    reason: what === '--client-id' ? 'missing-client-id' : 'client-secret',
    next: [
      'od-link setup --client-id ID',
      '  --kind public|web       web: its secret on standard input, or in',
      '                          OD_LINK_CLIENT_SECRET',
      `  --tenant TENANT         --cloud ${cloudNames.join('|')}`,
      '  --redirect-uri URI      --listen HOST:PORT   --scope SCOPES',
      '  --no-login              save without testing',
      { intro: 'To create an app in the portal:', verb: 'setup', flags: { steps: true } },
      { intro: 'Or with the Azure CLI:', verb: 'setup', flags: { az: true } },
    ],
  })
}
