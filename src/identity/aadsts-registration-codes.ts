import type { Reason } from '../errors.ts'
import type { NextRun, NextStep } from '../text/next-step.ts'
import type { CloudName } from './clouds.ts'
import { audiences, inApp, inOrganisation, menu } from './portal.ts'

/** What one of Microsoft's AADSTS codes means to a person, and what to do about it. */
export interface Advice {
  /** One sentence. */
  meaning: string
  /** Microsoft's own sentence says more. */
  isVague?: true
  reason: Reason
  /** Commands, or where to look in the portal. */
  next: readonly NextStep[] | ((where: Where) => readonly NextStep[])
}

/** What the next steps depend on. */
export interface Where {
  /** The origin of the cloud's portal. */
  portal: string
  redirectUri: string
  /** The clouds that the sign-in did not go to. */
  otherClouds: readonly CloudName[]
}

export const thenSignIn: NextStep = { intro: 'Then:', verb: 'login' }
const saveSecret: NextRun = { verb: 'config', args: ['set', 'client-secret'], and: { verb: 'login' } }

/**
 * Advice on refusals caused by how the app is registered: each names the step in the portal that fixes it, in the words of
 * `od-link setup`. The lines fit a terminal of 80 columns.
 */
const redirectUri: Advice = {
  meaning: 'The app registration does not have the redirect URI that od-link uses.',
  reason: 'registration',
  next: ({ portal, redirectUri }) => [
    inApp(menu.addDesktop, portal),
    `add ${redirectUri}`,
    `(under "${menu.web}" instead if the app has a secret)`,
    thenSignIn,
  ],
}
const singlePageApp: Advice = {
  meaning:
    'The redirect URI is registered for a single-page application, whose codes a terminal cannot redeem.',
  reason: 'registration',
  next: ({ portal, redirectUri }) => [
    inApp(menu.authentication, portal),
    `remove ${redirectUri} under "${menu.singlePage}",`,
    `add it under "${menu.desktop}"`,
    thenSignIn,
  ],
}
export const publicClient: Advice = {
  meaning: 'The app is not registered as a public client, and no client secret was sent.',
  reason: 'client-secret',
  next: ({ portal, redirectUri }) => [
    inApp(menu.addDesktop, portal),
    `add ${redirectUri}`,
    `> ${menu.publicFlows}`,
    thenSignIn,
    `Or, for a "${menu.web}" app with a secret:`,
    saveSecret,
  ],
}
const compareId = ({ portal }: Where): NextStep[] => [
  inApp(menu.overview, portal),
  `compare the ${menu.clientId} (not the Object ID or ${menu.secretId})`,
]
const unknownClient: Advice = {
  meaning: 'Microsoft does not know this client ID in this tenant or cloud.',
  reason: 'registration',
  next: (where) => [...compareId(where), { intro: 'With the right ID, tenant and cloud:', verb: 'setup' }],
}
const newSecret = ({ portal }: Where): NextStep[] => [
  inApp(menu.newSecret, portal),
  `copy its ${menu.secretValue}, not the ${menu.secretId}; it is shown only once`,
  { intro: 'Then:', ...saveSecret },
]
const openToAll = ({ portal }: Where): NextStep[] => [
  inApp(menu.accountTypes, portal),
  `choose "${audiences.common.choice}"`,
  `(if refused, first set ${menu.tokenVersion})`,
]
const letOthersIn = 'Or allow other accounts:'
const notForBoth: Advice = {
  meaning: 'The app is not registered for both work and personal accounts.',
  reason: 'registration',
  next: (where) => [
    ...openToAll(where),
    thenSignIn,
    { intro: 'Or, for work accounts only:', verb: 'login', flags: { tenant: 'organizations' } },
  ],
}
const personalOnly: Advice = {
  meaning: 'The app is registered for personal accounts only.',
  reason: 'registration',
  next: (where) => [
    { intro: 'Sign in to one:', verb: 'login', flags: { tenant: 'consumers' } },
    letOthersIn,
    ...openToAll(where),
  ],
}
const workOnly: Advice = {
  meaning: 'The app is registered for work and school accounts only.',
  reason: 'registration',
  next: (where) => [
    { intro: 'Sign in to one:', verb: 'login', flags: { tenant: 'organizations' } },
    letOthersIn,
    ...openToAll(where),
  ],
}
const disabled: Advice = {
  meaning: 'The app is disabled.',
  reason: 'registration',
  next: ({ portal }) => [
    'Ask its owner or the administrator:',
    inOrganisation('Properties > Enabled for users to sign-in: Yes', portal),
  ],
}
const permissions = ({ portal }: Where): NextStep[] => [
  inApp(menu.permissions, portal),
  'add Files.ReadWrite.All, User.Read and offline_access',
  thenSignIn,
]

export const registrationAdvice: Record<number, Advice> = {
  50011: redirectUri,
  50105: {
    meaning: 'The administrator has to assign you to this app first.',
    reason: 'admin-approval-needed',
    next: ({ portal }) => [
      'Ask the administrator:',
      inOrganisation('Users and groups > Add user/group', portal),
    ],
  },
  50194: {
    meaning: 'The app is registered for one organisation only, and the sign-in named none.',
    reason: 'registration',
    next: (where) => [
      `Name it by its ${menu.tenantId} or its domain:`,
      { verb: 'login', flags: { tenant: 'TENANT' } },
      letOthersIn,
      ...openToAll(where),
    ],
  },
  65005: {
    meaning: 'The app requests access that its registration does not list.',
    reason: 'registration',
    next: permissions,
  },
  90027: notForBoth,
  90102: redirectUri,
  90124: notForBoth,
  90130: notForBoth,
  500113: redirectUri,
  500117: {
    meaning: 'The redirect URI is plain http on a host other than localhost.',
    reason: 'registration',
    next: ({ portal }) => [
      inApp(menu.authentication, portal),
      'use http://localhost, with any port and path, there and here:',
      { verb: 'login', flags: { 'redirect-uri': 'http://localhost:5000/path' } },
    ],
  },
  500201: notForBoth,
  650057: {
    meaning: 'The app requests a resource that its registration does not list.',
    reason: 'registration',
    next: permissions,
  },
  700011: unknownClient,
  700016: unknownClient,
  650056: {
    meaning: 'The app is not set up correctly for this organisation.',
    reason: 'registration',
    next: permissions,
  },
  700025: {
    meaning: 'The app is registered as a public client, which has no secret.',
    reason: 'client-secret',
    next: ({ portal, redirectUri }) => [
      { verb: 'config', args: ['unset', 'client-secret'], and: { verb: 'login' } },
      '(and unset OD_LINK_CLIENT_SECRET)',
      'Or, to keep the secret:',
      inApp(menu.authentication, portal),
      `remove ${redirectUri} under "${menu.desktop}",`,
      `add it under "${menu.web}"`,
    ],
  },
  700084: {
    meaning:
      'The link has ended after 24 hours: its redirect URI is registered for a single-page application.',
    reason: 'link-ended',
    next: singlePageApp.next,
  },
  900971: redirectUri,
  7000112: disabled,
  7000215: {
    meaning: `The client secret is wrong; often it is the ${menu.secretId} instead of the ${menu.secretValue}.`,
    reason: 'client-secret',
    next: newSecret,
  },
  7000216: publicClient,
  7000218: publicClient,
  7000222: { meaning: 'The client secret has expired.', reason: 'client-secret', next: newSecret },
  9002325: singlePageApp,
  9002326: singlePageApp,
  9002327: singlePageApp,
  9002331: personalOnly,
  9002332: workOnly,
  9002346: personalOnly,
}

const notForConsumers: Advice = {
  meaning: 'Microsoft knows no app for personal accounts with this client ID.',
  reason: 'registration',
  next: (where) => [...compareId(where), 'If it is right, allow personal accounts:', ...openToAll(where)],
}

/** Refusals that only their words tell apart, or that have no number. rclone/rclone#8895, microsoft/vscode#263969 */
export const registrationAdviceByWords: readonly {
  codes?: readonly number[]
  words: RegExp
  advice: Advice
}[] = [
  { codes: [90023], words: /public clients? can'?t send|client secret/i, advice: byNumber(700025) },
  { codes: [90023], words: /cross-origin|single-page|\bSPA\b/i, advice: singlePageApp },
  { codes: [70001], words: /not found in the directory/i, advice: unknownClient },
  { codes: [70001], words: /disabled/i, advice: disabled },
  {
    codes: [70002],
    words: /must be marked as 'mobile\b|public client|must contain .*client_secret/i,
    advice: publicClient,
  },
  // "Error validating credentials" alone may be about the code or the person: another number stands behind it.
  { codes: [50012, 70002], words: /invalid client secret/i, advice: byNumber(7000215) },
  { codes: [70001, 70002], words: /not enabled for consumers/i, advice: notForConsumers },
  { words: /not enabled for consumers/i, advice: notForConsumers },
  { words: /userAudience.*\/consumers/is, advice: workOnly },
  { words: /userAudience/i, advice: personalOnly },
  { codes: [70000], words: /input parameter 'redirect_uri' is not valid/i, advice: redirectUri },
  { words: /input parameter 'redirect_uri' is not valid/i, advice: redirectUri },
]

function byNumber(code: number): Advice {
  return registrationAdvice[code] as Advice
}
