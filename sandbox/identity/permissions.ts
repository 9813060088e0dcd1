/** A scope as described on the consent page. */
export interface Permission {
  title: string
  detail: string
}

/**
 * What each scope allows. Sources: microsoft-graph-docs-contrib, permissions-reference (the consent texts
 * for users); entra-docs, identity-platform/scopes-oidc.
 */
const words: Record<string, Permission> = {
  openid: {
    title: 'Sign you in',
    detail: 'The app learns which account you signed in with.',
  },
  profile: {
    title: 'View your basic profile',
    detail: 'The app sees your name and your username.',
  },
  email: {
    title: 'View your email address',
    detail: 'The app sees your primary email address.',
  },
  offline_access: {
    title: 'Maintain access to data you have given it access to',
    detail:
      'The app can see and update the data you gave it access to, even when you are not using the app. This gives it no additional permissions.',
  },
  'User.Read': {
    title: 'Sign you in and read your profile',
    detail: 'The app can sign you in and read your profile, and basic company information.',
  },
  'Files.Read': {
    title: 'Read your files',
    detail: 'The app can read your files.',
  },
  'Files.Read.All': {
    title: 'Read all files that you have access to',
    detail: 'The app can read all files you can access, including files that others shared with you.',
  },
  'Files.ReadWrite': {
    title: 'Have full access to your files',
    detail: 'The app can read, create, update and delete your files.',
  },
  'Files.ReadWrite.All': {
    title: 'Have full access to all files you have access to',
    detail: 'The app can read, create, update and delete all files you can access.',
  },
  'Files.ReadWrite.AppFolder': {
    title: 'Have full access to its own folder',
    detail: 'The app can read, create, update and delete files in its own folder.',
  },
  'Sites.Read.All': {
    title: 'Read items in all site collections',
    detail: 'The app can read documents and list items in all site collections on your behalf.',
  },
  'Sites.ReadWrite.All': {
    title: 'Edit or delete items in all site collections',
    detail: 'The app can edit or delete documents and list items in all site collections on your behalf.',
  },
}

const leastFirst = Object.keys(words)

const otherDetail = 'A permission of Microsoft Graph. The sandbox has nothing that it would open.'

/** Those that the sandbox has nothing for come between files and sign-in. */
function weight(scope: string): number {
  const index = leastFirst.indexOf(scope)
  return index < 0 ? leastFirst.indexOf('User.Read') - 0.5 : index
}

/** Describes the scopes: files first, sign-in last, without duplicates. */
export function describeScopes(scopes: Iterable<string>): Permission[] {
  const asked = new Set(scopes)
  if (asked.has('User.Read') || asked.has('profile')) asked.delete('openid')
  return [...asked]
    .sort((one, other) => weight(other) - weight(one))
    .map((scope) => words[scope] ?? { title: scope, detail: otherDetail })
}
