import type { NextStep } from '../text/next-step.ts'
import { type Advice, notForConsumers, registrationAdvice, type Where } from './aadsts-registration-codes.ts'

const signIn: readonly NextStep[] = [{ verb: 'login' }]
const thenSignIn: NextStep = { intro: 'Then:', verb: 'login' }
const nameTenant: readonly NextStep[] = [{ intro: 'Name it:', verb: 'login', flags: { tenant: 'TENANT' } }]

/** Requesting less, which is often allowed where more is not. */
export const lessAccess: NextStep = {
  intro: 'Ask for less, which is enough for your own drive:',
  verb: 'login',
  flags: { scope: 'Files.ReadWrite' },
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
  next: ['Try again in a few minutes.'],
}
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
  meaning: 'The password has expired.',
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
  50020: otherTenantsAccount,
  50033: serviceTrouble,
  50034: otherTenantsAccount,
  50053: {
    meaning: 'The account is locked after too many wrong passwords, or your IP address is blocked.',
    reason: 'sign-in-refused',
    next: ['Wait a while, or use another network.', thenSignIn],
  },
  50055: password,
  50057: {
    meaning: 'The account is disabled.',
    reason: 'sign-in-refused',
    next: ['Ask the administrator.'],
  },
  50058: { meaning: 'Nobody is signed in.', reason: 'sign-in-refused', next: signIn },
  50059: unknownTenant,
  50072: moreProof,
  50074: moreProof,
  50076: moreProof,
  50078: moreProof,
  50079: moreProof,
  50087: serviceTrouble,
  50089: expired,
  50097: managedDevice,
  50126: { meaning: 'The username or the password is wrong.', reason: 'sign-in-refused', next: signIn },
  50129: managedDevice,
  50131: blockedByPolicy,
  50132: expired,
  50133: expired,
  50135: risk,
  50144: password,
  50147: bug,
  50148: wrongVerifier,
  50158: moreProof,
  50173: {
    meaning: 'The password was changed or the sign-in was revoked.',
    reason: 'link-ended',
    next: signIn,
  },
  50196: {
    meaning: 'Microsoft has seen too many identical requests within a few minutes.',
    reason: 'throttled',
    next: ['Wait 5 minutes.', thenSignIn],
  },
  51004: otherTenantsAccount,
  53000: managedDevice,
  53001: managedDevice,
  53002: {
    meaning: 'The organisation allows only approved apps.',
    reason: 'blocked-by-policy',
    next: ['Ask the administrator for an exception.'],
  },
  53003: blockedByPolicy,
  53004: risk,
  53010: risk,
  53011: risk,
  54005: {
    meaning: 'The authorization code has already been redeemed.',
    reason: 'sign-in-refused',
    next: signIn,
  },
  65001: {
    meaning: 'You or an administrator have not consented to the access that od-link requests.',
    reason: 'consent-needed',
    next: [lessAccess],
  },
  65004: {
    meaning: 'The consent was declined.',
    reason: 'sign-in-declined',
    next: [{ intro: 'Accept it this time:', verb: 'login' }],
  },
  70000: expired,
  70008: expired,
  70011: scope,
  70012: serviceTrouble,
  70043: {
    meaning: 'The organisation requires you to sign in again from time to time.',
    reason: 'link-ended',
    next: signIn,
  },
  90002: {
    meaning: 'There is no such tenant in this cloud.',
    reason: 'sign-in-refused',
    next: (where) => [
      { intro: 'Check the spelling:', verb: 'login', flags: { tenant: 'TENANT' } },
      ...otherCloud('Or choose another cloud:', where),
    ],
  },
  90006: serviceTrouble,
  90014: bug,
  90019: unknownTenant,
  90024: serviceTrouble,
  90033: serviceTrouble,
  90038: accountInOtherCloud,
  90055: {
    meaning: 'Microsoft is throttling the tenant.',
    reason: 'throttled',
    next: ['Wait a few minutes, then try again.'],
  },
  90072: otherTenantsAccount,
  90094: adminApproval,
  90095: adminApproval,
  90100: bug,
  500011: {
    meaning: 'Microsoft Graph does not exist in this tenant or cloud.',
    reason: 'sign-in-refused',
    next: (where) => [...otherCloud('Choose another cloud:', where), 'Or ask the administrator.'],
  },
  501481: wrongVerifier,
  501491: bug,
  530032: managedDevice,
  530035: {
    meaning: "The organisation's security defaults block this sign-in.",
    reason: 'blocked-by-policy',
    next: ['Ask the administrator.'],
  },
  650052: {
    meaning: 'The organisation has no subscription to a service that od-link needs.',
    reason: 'sign-in-refused',
    next: ['Ask the administrator whether OneDrive (SharePoint) is licensed.'],
  },
  700005: {
    meaning: 'The authorization code was issued for another tenant.',
    reason: 'sign-in-refused',
    next: signIn,
  },
  700022: scope,
  700023: scope,
  700082: {
    meaning: 'The link was not used for 90 days and has expired.',
    reason: 'link-ended',
    next: signIn,
  },
  900144: bug,
  900382: accountInOtherCloud,
  900439: accountInOtherCloud,
  9002313: {
    meaning: 'Microsoft found the request malformed, or the refresh token damaged.',
    reason: 'link-ended',
    next: signIn,
  },
}

/** The numbers of all codes that there is advice for. */
export const knownCodes: readonly number[] = Object.keys(byCode).map(Number)

/**
 * What is known about a refusal, or nothing.
 * @param code such as 65001.
 * @param text Microsoft's own words, which help where there is no number.
 */
export function adviceFor(code: number | undefined, text = ''): Advice | undefined {
  if (code !== undefined) return byCode[code]
  return text.includes('not enabled for consumers') ? notForConsumers : undefined
}

/** Whether the code says that an administrator's approval is missing. */
export function wantsAdminApproval(code: number | undefined): boolean {
  return code === 65001 || code === 90094 || code === 90095
}
