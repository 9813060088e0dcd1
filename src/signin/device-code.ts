import type { Account } from '../accounts/account.ts'
import { OdLinkError } from '../errors.ts'
import { portalOf } from '../identity/clouds.ts'
import { type DeviceCode, pollDeviceCode, startDeviceCode } from '../identity/device-code.ts'
import { inApp, menu } from '../identity/portal.ts'
import type { Attempt } from './attempt.ts'

/**
 * Signs in by a code that the person types into a page on any device; no browser is opened and no port is needed.
 * @throws OdLinkError (sign-in) when it was refused, not used in time, or the organisation does not allow it.
 */
export async function signInByDeviceCode({
  brought,
  authority,
  timeoutSeconds,
  tell,
  keep,
}: Attempt): Promise<Account> {
  const { registration, loginOrigin, scope } = brought
  const { tenant, clientId } = registration
  const about = { authority, registration, context: { loginOrigin, tenant, clientId, scope } }
  const code = await startDeviceCode(about).catch((error) => explainPolicy(error, loginOrigin))
  const { verificationUri: address, userCode, expiresAt } = code
  const deadline = timeoutSeconds === undefined ? expiresAt : Date.now() + timeoutSeconds * 1000
  const end = Math.min(deadline, expiresAt)
  tell({ event: 'device', address, code: userCode, expiresAt: end })
  const ticking = setInterval(
    () => tell({ event: 'countdown', seconds: Math.max(0, Math.round((end - Date.now()) / 1000)) }),
    1_000,
  )
  try {
    const record = await pollDeviceCode(about, code, end).catch((error) => explainPolicy(error, loginOrigin))
    if (!record) throw notUsed(code, end)
    return await keep(record)
  } finally {
    clearInterval(ticking)
  }
}

/** Conditional Access refuses the flow itself, or wants a device that no terminal is. */
const blocked = ['AADSTS53003', 'AADSTS50131', 'AADSTS530035', 'AADSTS530036']
const managed = ['AADSTS53000', 'AADSTS53001', 'AADSTS50097', 'AADSTS530032']
const notPublic = ['AADSTS7000218', 'AADSTS70002']

const wayLeft =
  'Sign in with a browser, which also works over SSH: od-link login\n(paste the address that the browser ends up on)'

/** The same refusals mean something else here than in a browser, and another way is left. */
function explainPolicy(error: unknown, loginOrigin: string): never {
  if (!(error instanceof OdLinkError) || error.code === undefined) throw error
  const { code, requestId, timestamp } = error
  const refusal = (message: string, hint: string) =>
    new OdLinkError('sign-in', message, { hint, code, requestId, timestamp, cause: error })
  if (blocked.includes(code)) throw refusal('The organisation does not allow signing in by a code.', wayLeft)
  if (managed.includes(code)) {
    throw refusal('The organisation wants a device that it manages, which a code cannot prove.', wayLeft)
  }
  if (notPublic.includes(code)) {
    throw refusal(
      'The app registration does not allow signing in by a code.',
      [
        inApp(menu.publicFlows, portalOf(loginOrigin)),
        'Then Save. (A "Web" registration cannot: od-link login)',
      ].join('\n'),
    )
  }
  throw error
}

function notUsed({ expiresAt }: DeviceCode, end: number): OdLinkError {
  const what =
    end < expiresAt ? 'Nobody used the code in time.' : 'The code has expired: nobody used it in time.'
  return new OdLinkError('sign-in', what, {
    hint: [
      'od-link login --device',
      'If the page said that access is blocked (53003), or that a fresh code had expired, then your',
      'organisation, or Microsoft for personal accounts, does not allow codes. The way left: od-link login',
    ].join('\n'),
  })
}
