import type { Account } from '../../accounts/account.ts'
import { addLink } from '../../accounts/links.ts'
import { openStore } from '../../accounts/stores/index.ts'
import { probeStore } from '../../accounts/stores/probe.ts'
import type { Arguments } from '../../cli/command.ts'
import { OdLinkError } from '../../errors.ts'
import { findAuthority } from '../../identity/authority.ts'
import { readRegistration, type SignInConfig } from '../../registration/index.ts'
import type { Attempt } from '../../signin/attempt.ts'
import { detectEnvironment } from '../../signin/environment.ts'
import { NoLoopback } from '../../signin/loopback.ts'
import { chooseMethod, methods } from '../../signin/methods.ts'
import { isSeen, print, printJson, say, styled } from '../../terminal/index.ts'
import { describe } from '../shared/account-json.ts'
import { secondsOf, textOf } from '../shared/arguments.ts'
import { tellInJson, tellInWords, tellWay } from './messages.ts'

/**
 * `od-link login`:
 * 1. the registration is checked, then the store, before anyone is sent anywhere;
 * 2. the authority is looked up;
 * 3. the way in that fits here is taken: the browser, an address to open elsewhere, or a code;
 * 4. the link is kept and read back; only then the browser shows success;
 * 5. the terminal says who is linked.
 */
export async function run({ options }: Arguments): Promise<void> {
  await signInAndLink(options)
}

/**
 * The same, for other commands.
 * @param options as `login` takes them.
 * @param clientSecret in place of the one that is kept or in the environment.
 */
export async function signInAndLink(options: Arguments['options'], clientSecret?: string): Promise<void> {
  const name = textOf(options, 'as')
  if (name !== undefined) checkName(name)
  const timeoutSeconds = secondsOf(options, 'timeout')
  const json = options.json === true
  const brought = await readRegistration({
    clientId: textOf(options, 'client-id'),
    tenant: textOf(options, 'tenant'),
    redirectUri: textOf(options, 'redirect-uri'),
    listen: textOf(options, 'listen'),
    scope: textOf(options, 'scope'),
    cloud: textOf(options, 'cloud'),
    clientSecret,
  })
  await probeStore(await openStore())
  const { loginOrigin, graphOrigin, registration } = brought
  const account = await signIn(
    {
      brought,
      authority: await findAuthority(loginOrigin, registration.tenant, registration.clientId),
      here: detectEnvironment(),
      loginHint: textOf(options, 'login-hint'),
      responseMode: options['response-mode'] === 'form_post' ? 'form_post' : 'query',
      // A program in front of od-link has a terminal of its own to talk to the person.
      canPaste: !json && isSeen(),
      timeoutSeconds,
      tell: json ? tellInJson : tellInWords,
      keep: (record) => addLink({ ...record, graphOrigin }, name),
    },
    options,
  )
  report(account, brought, json)
  // For the person at the terminal, who will write a script next.
  if (!json && isSeen()) say(await (await import('../../doctor/cron.ts')).cronVerdict(account))
}

/** Takes the way that fits; where no port can be had, the one that needs none. */
async function signIn(attempt: Attempt, options: Arguments['options']): Promise<Account> {
  const wishes = { device: options.device === true, noBrowser: options['no-browser'] === true }
  const { name, because } = chooseMethod(attempt.here, wishes)
  const take = (way: keyof typeof methods, why: string) => {
    if (!options.json) tellWay(way, why)
    return methods[way].signIn(attempt)
  }
  try {
    return await take(name, because)
  } catch (error) {
    if (!(error instanceof NoLoopback)) throw error
    return take('a code', `no port of this machine can be listened on (${error.message})`)
  }
}

function report(account: Account, { graphOrigin }: SignInConfig, json: boolean): void {
  if (json) {
    printJson({ event: 'linked', account: describe(account) })
    return
  }
  const details = [
    `${account.kind} account`,
    account.displayName,
    account.name && `short name ${account.name}`,
  ]
  print(styled('green', '✓'), ` Linked ${account.username} (${details.filter(Boolean).join(', ')}).`)
  if (!graphOrigin.startsWith('https:')) say(`This link works with ${graphOrigin} alone.`)
}

function checkName(name: string): void {
  if (/^[\p{L}\p{N}][\p{L}\p{N}_-]{0,63}$/u.test(name)) return
  throw new OdLinkError('usage', `"${name}" cannot be a short name.`, {
    hint: 'Use letters, digits, - and _: --as work',
  })
}
