import { tryLater } from '../http/retry.ts'
import type { NextRun, NextStep } from '../text/next-step.ts'
import {
  type Advice,
  registrationAdvice,
  registrationAdviceByWords,
  thenSignIn,
  type Where,
} from './aadsts-registration-codes.ts'

const signIn: readonly NextStep[] = [{ verb: 'login' }]
const nameTenant: readonly NextStep[] = [{ intro: 'Name it:', verb: 'login', flags: { tenant: 'TENANT' } }]

/** Requesting less, which is often allowed where more is not. */
export const lessAccess: NextRun = {
  intro: 'Ask for less, which is enough for your own drive:',
  verb: 'login',
  flags: { scope: 'Files.ReadWrite' },
}

/**
 * Whether some of the scopes reach more than the person's own files. By Microsoft's consent policy, the default of most
 * tenants since August 2025, only an administrator can approve those.
 * https://learn.microsoft.com/en-us/entra/identity/enterprise-apps/manage-app-consent-policies
 */
export function reachesBeyondOwnFiles(scope: string): boolean {
  return /\b(Files|Sites)\.\w+\.All\b/.test(scope)
}

/** The first of the other clouds as a command, and the names of the rest. */
function otherCloud(intro: string, { otherClouds: [first, ...more] }: Where): NextStep[] {
  if (first === undefined) return []
  const command = { intro, verb: 'login', flags: { cloud: first } }
  return more.length === 0 ? [command] : [command, `(other clouds: ${more.join(', ')})`]
}

const otherTenantsAccount: Advice = {
  meaning: 'This account does not belong to the tenant that the sign-in went to.',
  reason: 'wrong-account',
  next: [
    { intro: "Sign in to the account's own tenant:", verb: 'login', flags: { tenant: 'common' } },
    'Or ask to be invited as a guest.',
  ],
}
const moreProof: Advice = {
  meaning: 'The organisation requires another proof of who you are (multi-factor authentication).',
  reason: 'sign-in-refused',
  next: signIn,
}
const managedDevice: Advice = {
  meaning: 'The organisation allows this only on a device that it manages.',
  reason: 'blocked-by-policy',
  next: ['Sign in with the browser of a managed device,', 'or ask the administrator for an exception.'],
}
const blockedByPolicy: Advice = {
  meaning: "The organisation's Conditional Access policy blocks this sign-in.",
  reason: 'blocked-by-policy',
  next: ['Try from another network, or ask the administrator to allow this app.'],
}
const expired: Advice = {
  meaning: 'The sign-in has expired or was revoked.',
  reason: 'link-ended',
  next: signIn,
}
const adminApproval: Advice = {
  meaning: 'The organisation requires an administrator to approve this app first.',
  reason: 'admin-approval-needed',
  next: [lessAccess],
}
const serviceTrouble: Advice = {
  meaning: "Microsoft's sign-in service has a problem.",
  reason: 'unavailable',
  next: [tryLater],
}
/** What passes by itself, where Microsoft's own sentence says more. */
export const passing: Advice = { ...serviceTrouble, isVague: true }
const bug: Advice = {
  meaning: 'Microsoft found the request malformed.',
  reason: 'sign-in-refused',
  next: ['This looks like a bug in od-link.', 'Please report it with the code and the trace ID.'],
}
const accountInOtherCloud: Advice = {
  meaning: 'The account is in another Microsoft cloud.',
  reason: 'wrong-account',
  next: (where) => otherCloud('Choose it:', where),
}
const risk: Advice = {
  meaning: 'Microsoft considers this sign-in risky and has blocked it.',
  reason: 'blocked-by-policy',
  next: ['Ask the administrator to clear the risk.', thenSignIn],
}
const password: Advice = {
  meaning: 'The password has expired, or has to be changed first.',
  reason: 'sign-in-refused',
  next: ['Set a new one in the browser.', thenSignIn],
}
const scope: Advice = {
  meaning: 'One of the requested scopes does not exist or cannot be combined with the others.',
  reason: 'sign-in-refused',
  next: [
    'Check --scope.',
    { intro: 'For your own drive this is enough:', verb: 'login', flags: { scope: 'Files.ReadWrite' } },
  ],
}
const approvedApps: Advice = {
  meaning: 'The organisation allows only approved apps.',
  reason: 'blocked-by-policy',
  next: ['Ask the administrator for an exception.'],
}
const tokenProtection: Advice = {
  meaning:
    'The organisation requires tokens that are bound to a managed device, which a command line cannot have.',
  reason: 'blocked-by-policy',
  next: ['Ask the administrator for an exception from token protection.'],
}
const tenantRestricted: Advice = {
  meaning: 'This network, or one of the two organisations, does not allow sign-ins across tenants.',
  reason: 'blocked-by-policy',
  next: ['Try from another network, or ask the administrator to allow this tenant.'],
}
const deviceCodeBlocked: Advice = {
  meaning: 'The organisation has blocked device codes, and links that were made with one.',
  reason: 'blocked-by-policy',
  next: [{ intro: 'Sign in with a browser:', verb: 'login', flags: { device: undefined } }],
}
const codeExpired: Advice = {
  meaning: 'The device code has expired.',
  reason: 'code-expired',
  next: [{ intro: 'To get a new one:', verb: 'login', flags: { device: true }, again: true }],
}
const graphMissing: Advice = {
  meaning: 'Microsoft Graph does not exist in this tenant or cloud.',
  reason: 'sign-in-refused',
  next: (where) => [...otherCloud('Choose another cloud:', where), 'Or ask the administrator.'],
}
const graphOff: Advice = {
  meaning: 'Microsoft Graph is switched off or missing in this tenant.',
  reason: 'sign-in-refused',
  next: ['Ask the administrator.'],
}
const unmanagedTenant: Advice = {
  meaning: "Nobody manages the organisation's tenant, so no app can be approved there.",
  reason: 'sign-in-refused',
  next: [
    "Ask the organisation's IT to take over the domain in Microsoft's",
    'admin center.',
    'Or use another account.',
  ],
}
const continueInBrowser: Advice = {
  meaning: 'A question in the browser has not been answered.',
  reason: 'sign-in-refused',
  next: ['Answer it in the browser.', thenSignIn],
}
const accountDisabled: Advice = {
  meaning: 'The account is disabled.',
  reason: 'sign-in-refused',
  next: ['Ask the administrator.'],
}
const consentMissing: Advice = {
  meaning: 'You or an administrator have not consented to the access that od-link requests.',
  reason: 'consent-needed',
  next: [lessAccess],
}
/** Microsoft's own sentence is shown for these, and its page about the code. */
const unexplained: Advice = {
  meaning: 'Microsoft refused the sign-in. Its page about this code says why.',
  isVague: true,
  reason: 'sign-in-refused',
  next: signIn,
}
const unknownTenant: Advice = {
  meaning: 'Microsoft cannot tell the tenant.',
  reason: 'sign-in-refused',
  next: nameTenant,
}
const wrongVerifier: Advice = {
  meaning: 'The code verifier does not match the code.',
  reason: 'sign-in-refused',
  next: signIn,
}

/**
 * AADSTS codes, for words only: what od-link does depends on `error` and `suberror`, since Microsoft says that numbers and
 * texts change. https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
 */
const byCode: Record<number, Advice> = {
  ...registrationAdvice,
  16000: otherTenantsAccount,
  28002: scope,
  28003: scope,
  50020: otherTenantsAccount,
  50000: serviceTrouble,
  50001: graphMissing,
  50005: {
    meaning: 'The organisation does not allow sign-ins from this kind of device.',
    reason: 'blocked-by-policy',
    next: ['Sign in with the browser of another device, or ask the administrator.'],
  },
  50033: serviceTrouble,
  50034: otherTenantsAccount,
  50053: {
    meaning: 'The account is locked after too many wrong passwords, or your IP address is blocked.',
    reason: 'sign-in-refused',
    next: ['Wait a while, or use another network.', thenSignIn],
  },
  50055: password,
  50057: accountDisabled,
  50058: { meaning: 'Nobody is signed in.', reason: 'sign-in-refused', next: signIn },
  50059: unknownTenant,
  50072: moreProof,
  50074: moreProof,
  50076: moreProof,
  50078: moreProof,
  50079: moreProof,
  50085: expired,
  50086: serviceTrouble,
  50087: serviceTrouble,
  50088: {
    meaning: 'Microsoft has sent too many codes by text message or call.',
    reason: 'throttled',
    next: [tryLater],
  },
  50089: expired,
  50097: managedDevice,
  50125: password,
  50127: managedDevice,
  50128: unknownTenant,
  50126: { meaning: 'The username or the password is wrong.', reason: 'sign-in-refused', next: signIn },
  50129: managedDevice,
  50131: blockedByPolicy,
  50132: expired,
  50133: expired,
  50135: password,
  50137: password,
  50140: continueInBrowser,
  50142: password,
  50144: password,
  50147: bug,
  50148: wrongVerifier,
  50155: managedDevice,
  50158: moreProof,
  50187: managedDevice,
  50199: continueInBrowser,
  50173: {
    meaning: 'The password was changed or the sign-in was revoked.',
    reason: 'link-ended',
    next: signIn,
  },
  50196: {
    meaning: 'Microsoft has seen too many identical requests within a few minutes.',
    reason: 'throttled',
    next: ['Wait 5 minutes.', 'Then run the same command again.'],
  },
  51004: otherTenantsAccount,
  53000: managedDevice,
  53001: managedDevice,
  53002: approvedApps,
  53003: blockedByPolicy,
  53004: risk,
  53005: approvedApps,
  53009: approvedApps,
  53010: {
    meaning: 'Multi-factor authentication can only be set up from certain networks or devices.',
    reason: 'sign-in-refused',
    next: ["Set it up from the organisation's network or a managed device.", thenSignIn],
  },
  53011: risk,
  54005: {
    meaning: 'The authorization code has already been redeemed.',
    reason: 'sign-in-refused',
    next: signIn,
  },
  65001: consentMissing,
  65004: {
    meaning: 'The consent was declined.',
    reason: 'sign-in-declined',
    next: [{ intro: 'Accept it this time:', verb: 'login' }],
  },
  70000: expired,
  70008: expired,
  70011: scope,
  65006: unexplained,
  70012: serviceTrouble,
  70016: {
    meaning: 'The device code has not been entered yet.',
    reason: 'sign-in-timeout',
    next: ['Enter the code in the browser.'],
  },
  70018: {
    meaning: 'The device code was not entered correctly.',
    reason: 'sign-in-refused',
    next: [{ intro: 'To get a new one:', verb: 'login', flags: { device: true }, again: true }],
  },
  70019: codeExpired,
  70020: codeExpired,
  70043: {
    meaning: 'The organisation requires you to sign in again from time to time.',
    reason: 'link-ended',
    next: signIn,
  },
  70044: expired,
  70046: expired,
  90002: {
    meaning: 'There is no such tenant in this cloud.',
    reason: 'sign-in-refused',
    next: (where) => [
      { intro: 'Check the spelling:', verb: 'login', flags: { tenant: 'TENANT' } },
      ...otherCloud('Or choose another cloud:', where),
    ],
  },
  90006: serviceTrouble,
  90008: unexplained,
  90009: scope,
  90013: bug,
  90014: bug,
  90015: bug,
  90019: unknownTenant,
  90024: serviceTrouble,
  90025: serviceTrouble,
  90012: serviceTrouble,
  90033: serviceTrouble,
  90036: serviceTrouble,
  90038: accountInOtherCloud,
  90055: {
    meaning: 'Microsoft is throttling the tenant.',
    reason: 'throttled',
    next: ['Wait a few minutes, then try again.'],
  },
  90056: bug,
  90072: otherTenantsAccount,
  90093: adminApproval,
  90094: adminApproval,
  90095: adminApproval,
  90100: bug,
  90123: unexplained,
  135010: unexplained,
  500011: graphMissing,
  500014: graphOff,
  500021: tenantRestricted,
  500022: tenantRestricted,
  500208: otherTenantsAccount,
  500212: tenantRestricted,
  500213: tenantRestricted,
  500571: accountDisabled,
  501481: wrongVerifier,
  501491: bug,
  530003: managedDevice,
  530021: approvedApps,
  530022: approvedApps,
  530032: managedDevice,
  530033: tokenProtection,
  530035: {
    meaning: "The organisation's security defaults block this sign-in.",
    reason: 'blocked-by-policy',
    next: ['Ask the administrator.'],
  },
  530036: deviceCodeBlocked,
  530084: tokenProtection,
  650051: unmanagedTenant,
  650052: {
    meaning: 'The organisation has no subscription to a service that od-link needs.',
    reason: 'sign-in-refused',
    next: ['Ask the administrator whether OneDrive (SharePoint) is licensed.'],
  },
  650053: scope,
  650054: graphOff,
  700003: managedDevice,
  700005: {
    meaning: 'The authorization code was issued for another tenant.',
    reason: 'sign-in-refused',
    next: signIn,
  },
  700009: bug,
  700022: scope,
  700023: scope,
  700054: bug,
  700081: expired,
  700082: {
    meaning: 'The link was not used for 90 days and has expired.',
    reason: 'link-ended',
    next: signIn,
  },
  900021: unknownTenant,
  900023: unknownTenant,
  900144: bug,
  900382: accountInOtherCloud,
  900432: accountInOtherCloud,
  900439: accountInOtherCloud,
  900491: unexplained,
  900561: bug,
  901002: bug,
  1002016: {
    meaning: 'Microsoft requires TLS 1.2 or later.',
    reason: 'sign-in-refused',
    next: ['Check whether a proxy in between uses an old version of TLS.'],
  },
  5000225: {
    meaning: 'The tenant has been blocked because it was not used.',
    reason: 'sign-in-refused',
    next: ['Ask the administrator.'],
  },
  7000012: {
    meaning: 'The sign-in was made for another tenant.',
    reason: 'link-ended',
    next: signIn,
  },
  9002313: {
    meaning: 'Microsoft found the request malformed, or the refresh token damaged.',
    reason: 'link-ended',
    next: signIn,
  },
  9010010: bug,
}

/**
 * Texts that come under several numbers, or under none, and numbers that come with several texts: the words decide. The first
 * row that fits counts.
 */
const byWords: readonly { codes?: readonly number[]; words: RegExp; advice: Advice }[] = [
  ...registrationAdviceByWords,
  {
    codes: [16000],
    words: /multiple user identities/i,
    advice: {
      meaning: 'Several accounts are signed in, and Microsoft cannot tell which one is meant.',
      reason: 'sign-in-refused',
      next: [{ intro: 'Name it:', verb: 'login', flags: { 'login-hint': 'ADDRESS' } }],
    },
  },
  { codes: [65005], words: /unmanaged/i, advice: unmanagedTenant },
  { codes: [65005], words: /asked for scope/i, advice: scope },
  { codes: [70000], words: /'device_code'( parameter)? is not valid/i, advice: codeExpired },
  {
    codes: [70000],
    words: /'code'( parameter)? is not valid/i,
    advice: {
      meaning: 'The code is incomplete, too old, or has already been used.',
      reason: 'sign-in-refused',
      next: ['If you pasted a URL, paste all of it.', ...signIn],
    },
  },
  {
    codes: [70000],
    words: /scopes requested are unauthorized/i,
    advice: {
      meaning: 'One of the scopes has not been consented to, or the consent has expired.',
      reason: 'consent-needed',
      next: signIn,
    },
  },
  { words: /The scope '?[^']*'? (does not exist|is not valid)/i, advice: scope },
  // A number that is not known may pass as well. "Try again" alone may mean another sign-in, and a session that timed out
  // has ended.
  {
    words:
      /\btransient\b|\b(temporarily|currently) (unavailable|busy|overloaded)|service is (unavailable|busy)/i,
    advice: passing,
  },
  { words: /\b(request|service|server|gateway|operation)\b.{0,20}\btime(d )?[ -]?out/i, advice: passing },
  {
    words: /(try|retry)\b.{0,30}\b(later|in a (few|couple)|minutes)|too many (incoming )?requests|\bthrottl/i,
    advice: passing,
  },
]

/** Without words that fit, these say nothing; Microsoft's own sentence is shown. */
const ambiguous: Record<number, Advice> = Object.fromEntries(
  [50012, 70001, 70002, 90023].map((code) => [code, unexplained]),
)

/** The numbers of all codes that there is advice for. */
export const knownCodes: readonly number[] = Object.keys({ ...byCode, ...ambiguous }).map(Number)

/**
 * What is known about a refusal, or undefined.
 * @param code such as 65001; undefined where a refusal has no number, as those of personal accounts.
 * @param text Microsoft's own words.
 */
export function adviceFor(code: number | undefined, text = ''): Advice | undefined {
  const fits = (codes?: readonly number[]) =>
    codes === undefined || (code !== undefined && codes.includes(code))
  const worded = byWords.find(({ codes, words }) => fits(codes) && words.test(text))
  // A number with one text says more than words that others share.
  if (worded && (worded.codes !== undefined || code === undefined || !byCode[code])) return worded.advice
  return code === undefined ? undefined : (byCode[code] ?? ambiguous[code])
}

const byName: Record<string, Advice> = {
  consent_required: { ...consentMissing, isVague: true },
  invalid_scope: { ...scope, isVague: true },
}

/** What the name of a refusal says, the `error` of RFC 6749, where there is no number; or undefined. */
export function adviceForName(name: string): Advice | undefined {
  return Object.hasOwn(byName, name) ? byName[name] : undefined
}

/** Whether a refusal passes by itself: it is never the end of a link, whatever its `error` says. */
export function passesByItself(advice: Advice | undefined): boolean {
  return advice?.reason === 'unavailable' || advice?.reason === 'throttled'
}

/** Whether the code says that an administrator's approval is missing. */
export function wantsAdminApproval(code: number | undefined): boolean {
  return [65001, 90093, 90094, 90095].includes(code ?? 0)
}
