import { type Advice, notForConsumers, registrationAdvice } from './aadsts-registration-codes.ts'

const signIn = 'od-link login'
export const lessAccess =
  'Ask for less, which is enough for your own drive: od-link login --scope Files.ReadWrite'

const otherTenantsAccount = {
  meaning: 'This account does not belong to the tenant that the sign-in went to.',
  cure: 'Sign in to the tenant of the account: od-link login --tenant common   (or ask to be invited as a guest)',
}
const moreProof = {
  meaning: 'The organisation wants another proof of who you are (multi-factor authentication).',
  cure: signIn,
}
const managedDevice = {
  meaning: 'The organisation allows this only on a device that it manages.',
  cure: 'Sign in with the browser of a managed device, or ask the administrator for an exception.',
}
const blockedByPolicy = {
  meaning: "The organisation's Conditional Access policy blocks this sign-in.",
  cure: 'Try from another network, or ask the administrator to allow this app.',
}
const expired = { meaning: 'The sign-in has expired or was revoked.', cure: signIn }
const adminApproval = {
  meaning: 'The organisation wants an administrator to approve this app first.',
  cure: lessAccess,
}
const serviceTrouble = {
  meaning: "Microsoft's sign-in service has trouble.",
  cure: 'Try again in some minutes.',
}
const bug = {
  meaning: 'Microsoft found the request malformed.',
  cure: 'This looks like a fault of od-link: please report it with the code and the trace id.',
}
const otherCloud = {
  meaning: 'The account lives in another Microsoft cloud.',
  cure: 'Choose it: od-link login --cloud usgov   (or dod, china)',
}
const risk = {
  meaning: 'Microsoft sees a risk in this sign-in and has stopped it.',
  cure: 'Ask the administrator to clear it, then: od-link login',
}
const password = {
  meaning: 'The password has expired.',
  cure: 'Set a new one in the browser, then: od-link login',
}
const scope = {
  meaning: 'One of the scopes asked for does not exist or cannot be asked for together with the others.',
  cure: 'Check --scope; for your own drive this is enough: od-link login --scope Files.ReadWrite',
}

/**
 * AADSTS codes, for hints alone: what od-link does depends on `error` and `suberror`, since Microsoft says that
 * numbers and texts change. https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
 */
const byCode: Record<number, Advice> = {
  ...registrationAdvice,
  16000: otherTenantsAccount,
  28002: scope,
  50020: otherTenantsAccount,
  50033: serviceTrouble,
  50034: otherTenantsAccount,
  50053: {
    meaning: 'The account is locked after too many wrong passwords, or the address you come from is blocked.',
    cure: 'Wait a while, or use another network, then: od-link login',
  },
  50055: password,
  50057: { meaning: 'The account is disabled.', cure: 'Ask the administrator.' },
  50058: { meaning: 'Nobody is signed in.', cure: signIn },
  50059: { meaning: 'Microsoft cannot tell the tenant.', cure: 'Name it: od-link login --tenant TENANT' },
  50072: moreProof,
  50074: moreProof,
  50076: moreProof,
  50078: moreProof,
  50079: moreProof,
  50087: serviceTrouble,
  50089: expired,
  50097: managedDevice,
  50126: { meaning: 'The name or the password was wrong.', cure: signIn },
  50129: managedDevice,
  50131: blockedByPolicy,
  50132: expired,
  50133: expired,
  50135: risk,
  50144: password,
  50147: bug,
  50148: { meaning: 'The code verifier does not fit the code.', cure: signIn },
  50158: moreProof,
  50173: { meaning: 'The password was changed or the sign-in was revoked.', cure: signIn },
  50196: {
    meaning: 'Microsoft has seen too many like requests within some minutes.',
    cure: 'Wait five minutes, then: od-link login',
  },
  51004: otherTenantsAccount,
  53000: managedDevice,
  53001: managedDevice,
  53002: {
    meaning: 'The organisation allows approved apps only.',
    cure: 'Ask the administrator for an exception.',
  },
  53003: blockedByPolicy,
  53004: risk,
  53010: risk,
  53011: risk,
  54005: { meaning: 'The authorization code was redeemed before.', cure: signIn },
  65001: {
    meaning: 'You or an administrator have not consented to what od-link asks for.',
    cure: lessAccess,
  },
  65004: { meaning: 'The consent was declined.', cure: 'Accept it this time: od-link login' },
  70000: expired,
  70008: expired,
  70011: scope,
  70012: serviceTrouble,
  70043: { meaning: 'The organisation wants you to sign in again from time to time.', cure: signIn },
  90002: {
    meaning: 'There is no such tenant in this cloud.',
    cure: 'Check the spelling: od-link login --tenant TENANT   (or choose the cloud: --cloud usgov, dod or china)',
  },
  90006: serviceTrouble,
  90014: bug,
  90019: { meaning: 'Microsoft cannot tell the tenant.', cure: 'Name it: od-link login --tenant TENANT' },
  90024: serviceTrouble,
  90033: serviceTrouble,
  90038: otherCloud,
  90055: { meaning: 'The tenant is throttled.', cure: 'Wait some minutes, then try again.' },
  90072: otherTenantsAccount,
  90094: adminApproval,
  90095: adminApproval,
  90100: bug,
  500011: {
    meaning: 'Microsoft Graph is not there in this tenant or cloud.',
    cure: 'Choose the cloud: od-link login --cloud usgov   (or dod, china), or ask the administrator.',
  },
  501481: { meaning: 'The code verifier does not fit the code.', cure: signIn },
  501491: bug,
  530032: managedDevice,
  530035: {
    meaning: "The organisation's security defaults block this sign-in.",
    cure: 'Ask the administrator.',
  },
  650052: {
    meaning: 'The organisation has no subscription for a service that od-link asks for.',
    cure: 'Ask the administrator whether OneDrive (SharePoint) is licensed.',
  },
  700005: { meaning: 'The authorization code is for another tenant.', cure: signIn },
  700022: scope,
  700023: scope,
  700082: { meaning: 'The link was not used for 90 days and has expired.', cure: signIn },
  900144: bug,
  900382: otherCloud,
  900439: otherCloud,
  9002313: {
    meaning: 'Microsoft found the request malformed, or the refresh token damaged.',
    cure: signIn,
  },
}

/** The numbers of all codes that there is advice for. */
export const knownCodes: readonly number[] = Object.keys(byCode).map(Number)

/**
 * What is known of a refusal, or nothing.
 * @param code such as 65001.
 * @param text Microsoft's own words, which tell where there is no number.
 */
export function adviceFor(code: number | undefined, text = ''): Advice | undefined {
  if (code !== undefined) return byCode[code]
  return text.includes('not enabled for consumers') ? notForConsumers : undefined
}

/** Whether the code says that an administrator's approval is what is missing. */
export function wantsAdminApproval(code: number | undefined): boolean {
  return code === 65001 || code === 90094 || code === 90095
}
