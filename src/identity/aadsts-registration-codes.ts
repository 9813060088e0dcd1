import { audiences, inApp, inOrganisation, menu } from './portal.ts'

/** What one of Microsoft's AADSTS codes means to a person, and what to do about it. */
export interface Advice {
  /** One sentence. */
  meaning: string
  /** The next step: a command, or where to look in the portal. */
  cure: string | ((where: Where) => string)
}

/** What a way through the portal depends on. */
export interface Where {
  /** The origin of the cloud's portal. */
  portal: string
  redirectUri: string
}

/**
 * Advice on the refusals whose cause is how the app is registered: each names the step in the portal that mends it,
 * in the words of `od-link setup`. The lines fit a terminal of 80 columns.
 */
const redirectUri: Advice = {
  meaning: 'The app registration does not have the redirect URI that od-link uses.',
  cure: ({ portal, redirectUri }) => `${inApp(menu.addDesktop, portal)}
add ${redirectUri}
(under "${menu.web}" instead if the app has a secret)
Then: od-link login`,
}
const singlePageApp: Advice = {
  meaning:
    'The redirect URI is registered as a single-page application, from which a terminal cannot redeem a code.',
  cure: ({ portal, redirectUri }) => `${inApp(menu.authentication, portal)}
remove ${redirectUri} under "${menu.singlePage}",
add it under "${menu.desktop}"
Then: od-link login`,
}
const publicClient: Advice = {
  meaning: 'The app is not registered as a public client, and no secret was given.',
  cure: ({ portal, redirectUri }) => `${inApp(menu.addDesktop, portal)}
add ${redirectUri}
> ${menu.publicFlows}
Then: od-link login
Or, for a "${menu.web}" app with a secret:
od-link config set client-secret && od-link login`,
}
const compareId = ({ portal }: Where) => `${inApp(menu.overview, portal)}
compare the ${menu.clientId} (no Object ID, no ${menu.secretId})`
const unknownClient: Advice = {
  meaning: 'Microsoft does not know this client id in this tenant or cloud.',
  cure: (where) => `${compareId(where)}
With the right one, and the right tenant and cloud: od-link setup`,
}
const newSecret = ({ portal }: Where) => `${inApp(menu.newSecret, portal)}
copy its ${menu.secretValue}, not the ${menu.secretId}: it is shown only once
Then: od-link config set client-secret && od-link login`
const openToAll = ({ portal }: Where) => `${inApp(menu.accountTypes, portal)}
choose "${audiences.common.choice}"
(if that is refused, first ${menu.tokenVersion})`
const notForBoth: Advice = {
  meaning: 'The app is not registered for work and personal accounts alike.',
  cure: (where) => `${openToAll(where)}
Then: od-link login
Or, for work accounts alone: od-link login --tenant organizations`,
}
const personalOnly: Advice = {
  meaning: 'The app is registered for personal accounts only.',
  cure: (where) => `Sign in to one: od-link login --tenant consumers
Or let others in:
${openToAll(where)}`,
}
const disabled: Advice = {
  meaning: 'The app is disabled.',
  cure: ({ portal }) => `Ask its owner or the administrator:
${inOrganisation('Properties > Enabled for users to sign-in: Yes', portal)}`,
}
const permissions = ({ portal }: Where) => `${inApp(menu.permissions, portal)}
add Files.ReadWrite.All, User.Read and offline_access
Then: od-link login`

export const registrationAdvice: Record<number, Advice> = {
  50011: redirectUri,
  50105: {
    meaning: 'The administrator has to assign you to this app first.',
    cure: ({ portal }) => `Ask the administrator:
${inOrganisation('Users and groups > Add user/group', portal)}`,
  },
  50194: {
    meaning: 'The app is registered for one organisation only, and the sign-in named none.',
    cure: (where) => `Name it by its ${menu.tenantId} or its domain:
od-link login --tenant TENANT
Or let others in:
${openToAll(where)}`,
  },
  65005: { meaning: 'The app asks for access that its registration does not list.', cure: permissions },
  70001: disabled,
  70002: publicClient,
  90023: singlePageApp,
  90124: notForBoth,
  90130: notForBoth,
  500113: redirectUri,
  500117: {
    meaning: 'The redirect URI is plain http on a host other than localhost.',
    cure: ({ portal }) => `${inApp(menu.authentication, portal)}
use http://localhost, with any port and path, there and here:
od-link login --redirect-uri http://localhost:5000/path`,
  },
  500201: notForBoth,
  650057: { meaning: 'The app asks for a resource that its registration does not list.', cure: permissions },
  700011: unknownClient,
  700016: unknownClient,
  700025: {
    meaning: 'The app is registered as a public client, which has no secret.',
    cure: ({ portal, redirectUri }) => `od-link config unset client-secret && od-link login
(and unset OD_LINK_CLIENT_SECRET)
Or, to keep the secret:
${inApp(menu.authentication, portal)}
remove ${redirectUri} under "${menu.desktop}",
add it under "${menu.web}"`,
  },
  700084: {
    meaning:
      'The link has ended after 24 hours: its redirect URI is registered as a single-page application.',
    cure: singlePageApp.cure,
  },
  900971: redirectUri,
  7000112: disabled,
  7000215: {
    meaning: `The client secret is wrong; often it is the ${menu.secretId} instead of the ${menu.secretValue}.`,
    cure: newSecret,
  },
  7000218: publicClient,
  7000222: { meaning: 'The client secret has expired.', cure: newSecret },
  9002325: singlePageApp,
  9002326: singlePageApp,
  9002327: singlePageApp,
  9002331: personalOnly,
  9002332: {
    meaning: 'The app is registered for work and school accounts only.',
    cure: (where) => `Sign in to one: od-link login --tenant organizations
Or let others in:
${openToAll(where)}`,
  },
  9002346: personalOnly,
}

/** Of a refusal that has no number: login.live.com knows no such app. rclone/rclone#8895 */
export const notForConsumers: Advice = {
  meaning: 'Microsoft knows no app for personal accounts by this client id.',
  cure: (where) => `${compareId(where)}
If it is right, let personal accounts in:
${openToAll(where)}`,
}
