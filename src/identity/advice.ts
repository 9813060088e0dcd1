/** What one of Microsoft's AADSTS codes means to a person, and what to do about it. */
export interface Advice {
  /** One sentence. */
  meaning: string
  /** The next step: a command, or where to look in the portal. */
  cure: string
}

const signIn = 'od-link login'
const portal = 'entra.microsoft.com > App registrations > your app'

const redirectUri = {
  meaning: 'The app registration does not have the redirect URI that od-link uses.',
  cure: `${portal} > Authentication > Add a platform > Mobile and desktop applications: add http://localhost (or the exact URI that you pass with --redirect-uri)`,
}
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
  cure: 'Ask for less, which is enough for your own drive: od-link login --scope Files.ReadWrite',
}
const singlePageApp = {
  meaning:
    'The redirect URI is registered as a single-page application, from which a terminal cannot redeem a code.',
  cure: `${portal} > Authentication: remove it there and add it under "Mobile and desktop applications"`,
}
const publicClient = {
  meaning: 'The app is not registered as a public client, and no secret was given.',
  cure: `${portal} > Authentication: add http://localhost under "Mobile and desktop applications" and allow public client flows; or, for a Web app: od-link config set client-secret`,
}
const serviceTrouble = {
  meaning: "Microsoft's sign-in service has trouble.",
  cure: 'Try again in some minutes.',
}
const bug = {
  meaning: 'Microsoft found the request malformed.',
  cure: 'This looks like a fault of od-link: please report it with the code and the trace id.',
}
const unknownClient = {
  meaning: 'Microsoft does not know this client id in this tenant or cloud.',
  cure: `Compare it with ${portal} > Overview > Application (client) ID (not the secret's id), and check --tenant and --cloud`,
}
const secretWrong = {
  meaning: "The client secret is wrong; often it is the secret's ID instead of its Value.",
  cure: `Copy the Value from ${portal} > Certificates & secrets, then: od-link config set client-secret`,
}
const audience = {
  meaning: 'The kind of account does not fit what the app is registered for.',
  cure: `${portal} > Authentication > Supported account types; or name the tenant: od-link login --tenant TENANT (consumers, organizations, or your directory's id)`,
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
  16000: otherTenantsAccount,
  28002: scope,
  50011: redirectUri,
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
  50105: {
    meaning: 'The administrator has to assign you to this app first.',
    cure: 'Ask the administrator: Enterprise applications > your app > Users and groups',
  },
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
  50194: audience,
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
    cure: 'Ask for less, which is enough for your own drive: od-link login --scope Files.ReadWrite',
  },
  65004: { meaning: 'The consent was declined.', cure: 'Accept it this time: od-link login' },
  65005: {
    meaning: 'The app asks for access that its registration does not list.',
    cure: `${portal} > API permissions > Add a permission > Microsoft Graph > Delegated: Files.ReadWrite.All, User.Read, offline_access`,
  },
  70000: expired,
  70001: { meaning: 'The app is disabled.', cure: 'Ask its owner or the administrator.' },
  70002: publicClient,
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
  90023: singlePageApp,
  90024: serviceTrouble,
  90033: serviceTrouble,
  90038: otherCloud,
  90055: { meaning: 'The tenant is throttled.', cure: 'Wait some minutes, then try again.' },
  90072: otherTenantsAccount,
  90094: adminApproval,
  90095: adminApproval,
  90100: bug,
  90124: audience,
  90130: audience,
  500011: {
    meaning: 'Microsoft Graph is not there in this tenant or cloud.',
    cure: 'Choose the cloud: od-link login --cloud usgov   (or dod, china), or ask the administrator.',
  },
  500113: redirectUri,
  500117: {
    meaning: 'The redirect URI is plain http on a host other than localhost.',
    cure: 'Use http://localhost, with any port and path: od-link login --redirect-uri http://localhost:5000/path',
  },
  500201: audience,
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
  650057: {
    meaning: 'The app asks for a resource that its registration does not list.',
    cure: `${portal} > API permissions > Add a permission > Microsoft Graph > Delegated`,
  },
  700005: { meaning: 'The authorization code is for another tenant.', cure: signIn },
  700011: unknownClient,
  700016: unknownClient,
  700022: scope,
  700023: scope,
  700025: {
    meaning: 'The app is registered as a public client, which has no secret.',
    cure: 'od-link config unset client-secret   (and unset OD_LINK_CLIENT_SECRET), or register the redirect URI under "Web"',
  },
  700082: { meaning: 'The link was not used for 90 days and has expired.', cure: signIn },
  700084: {
    meaning:
      'The link has expired after 24 hours, because its redirect URI is registered as a single-page application.',
    cure: singlePageApp.cure,
  },
  900144: bug,
  900382: otherCloud,
  900439: otherCloud,
  900971: redirectUri,
  7000112: { meaning: 'The app is disabled.', cure: 'Ask its owner or the administrator.' },
  7000215: secretWrong,
  7000218: publicClient,
  7000222: {
    meaning: 'The client secret has expired.',
    cure: `Make a new one in ${portal} > Certificates & secrets, then: od-link config set client-secret, and od-link login`,
  },
  9002313: {
    meaning: 'Microsoft found the request malformed, or the refresh token damaged.',
    cure: signIn,
  },
  9002325: singlePageApp,
  9002326: singlePageApp,
  9002327: singlePageApp,
  9002331: audience,
  9002332: audience,
  9002346: audience,
}

/** What is known of a code such as 65001, or nothing. */
export function adviceFor(code: number | undefined): Advice | undefined {
  return code === undefined ? undefined : byCode[code]
}

/** Whether the code says that an administrator's approval is what is missing. */
export function wantsAdminApproval(code: number | undefined): boolean {
  return code === 65001 || code === 90094 || code === 90095
}
