import type { Account } from '../accounts/account.ts'
import { OdLinkError } from '../errors.ts'
import { portalOf } from '../identity/clouds.ts'
import { type DeviceCode, pollDeviceCode, startDeviceCode } from '../identity/device-code.ts'
import { claimsIn, isNotPublic } from '../identity/errors.ts'
import { inApp, menu } from '../identity/portal.ts'
import type { NextStep } from '../text/next-step.ts'
import type { Attempt } from './attempt.ts'

/**
 * Signs in with a code that the person enters on a page, on any device; no browser is opened and no port is needed.
 * @throws OdLinkError (sign-in) when it was refused, not used in time, or not allowed by the organisation.
 */
export async function signInByDeviceCode({
  config,
  authority,
  timeoutSeconds,
  report,
  save,
}: Attempt): Promise<Account> {
  const { registration, loginOrigin, scope } = config
  const { tenant, clientId } = registration
  const about = { authority, registration, context: { loginOrigin, tenant, clientId, scope } }
  const code = await startDeviceCode(about).catch((error) => explainPolicy(error, loginOrigin))
  const { verificationUri: address, userCode, expiresAt } = code
  const deadline = timeoutSeconds === undefined ? expiresAt : Date.now() + timeoutSeconds * 1000
  const end = Math.min(deadline, expiresAt)
  await report({ event: 'device', address, code: userCode, expiresAt: end })
  const ticking = setInterval(
    () => report({ event: 'countdown', seconds: Math.max(0, Math.round((end - Date.now()) / 1000)) }),
    1_000,
  )
  try {
    const record = await pollDeviceCode(about, code, end).catch((error) => explainPolicy(error, loginOrigin))
    if (!record) throw notUsed(code, end)
    return await save(record)
  } finally {
    clearInterval(ticking)
  }
}

/** Conditional Access blocks the flow itself, or requires a managed device, which a terminal cannot be. */
const blocked = ['AADSTS53003', 'AADSTS50131', 'AADSTS530035', 'AADSTS530036']
const managed = ['AADSTS53000', 'AADSTS53001', 'AADSTS50097', 'AADSTS530032']

const browserInstead: readonly NextStep[] = [
  {
    intro: 'Sign in with a browser, which also works over SSH:',
    verb: 'login',
    flags: { device: undefined },
  },
  '(paste the URL that the browser ends on)',
]

/** The same refusals mean something else here than in a browser, and another method is left. */
function explainPolicy(error: unknown, loginOrigin: string): never {
  if (!(error instanceof OdLinkError) || error.code === undefined) throw error
  const { code } = error
  if (claimsIn(error) !== undefined) throw claimsNeedBrowser(error)
  if (blocked.includes(code)) {
    const message = 'The organisation does not allow signing in with a device code.'
    throw error.with({ message, reason: 'blocked-by-policy', next: browserInstead, cause: error })
  }
  if (managed.includes(code)) {
    const message = 'The organisation requires a device that it manages, which a device code cannot prove.'
    throw error.with({ message, reason: 'blocked-by-policy', next: browserInstead, cause: error })
  }
  if (isNotPublic(error)) {
    const message = 'The app registration does not allow signing in with a device code.'
    const next: NextStep[] = [
      inApp(menu.publicFlows, portalOf(loginOrigin)),
      'Then Save.',
      {
        intro: 'A "Web" registration cannot use a device code; sign in with a browser:',
        verb: 'login',
        flags: { device: undefined },
      },
    ]
    throw error.with({ message, reason: 'registration', next, cause: error })
  }
  throw error
}

/** The device code endpoint takes no claims. @param refusal that asked for them. */
export function claimsNeedBrowser(refusal?: OdLinkError): OdLinkError {
  const message = 'The organisation asks for more proof, which a sign-in with a device code cannot give.'
  const next = [{ intro: 'Sign in with a browser:', verb: 'login', flags: { device: undefined } }]
  const details = { reason: 'blocked-by-policy', next } as const
  return refusal
    ? refusal.with({ message, ...details, cause: refusal })
    : new OdLinkError('sign-in', message, details)
}

function notUsed({ expiresAt }: DeviceCode, end: number): OdLinkError {
  const hasExpired = end >= expiresAt
  const message = hasExpired
    ? 'The code has expired before anyone entered it.'
    : 'Nobody entered the code in time.'
  return new OdLinkError('sign-in', message, {
    reason: hasExpired ? 'code-expired' : 'sign-in-timeout',
    next: [
      { intro: 'To get a new one:', verb: 'login', flags: { device: true }, again: true },
      'If the page said that access is blocked (53003), or that a new code had expired, your organisation does not allow device codes (or Microsoft, for personal accounts).',
      { intro: 'Sign in with a browser instead:', verb: 'login', flags: { device: undefined } },
    ],
  })
}
