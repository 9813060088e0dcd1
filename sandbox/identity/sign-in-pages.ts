import { escapeHtml } from '../server/html.ts'
import type { Reply } from '../server/messages.ts'
import type { Account } from '../state/users.ts'
import type { Visit } from '../state/visits.ts'
import { signInPage } from './layout.ts'
import { describeScopes } from './permissions.ts'

/** "Pick an account": a button for each account, marked if signed in in this browser. */
export function pickPage(visit: Visit, signedIn: Account[]): Reply {
  const choices = visit.accounts.map(
    (account) => `<li><button class="choice" name="account" value="${escapeHtml(account.username)}">
${face(account)}
<span><strong>${escapeHtml(account.name)}</strong> <span>${escapeHtml(account.username)}</span> <span>${kindOf(account)}${signedIn.includes(account) ? ', signed in' : ''}</span></span>
</button></li>`,
  )
  const unknown = visit.unknownHint
    ? `\n<p class="alarm">The sandbox has no account <strong>${escapeHtml(visit.unknownHint)}</strong>.</p>`
    : ''
  return form(visit, {
    title: 'Pick an account',
    intro: `<p class="soft">to continue to ${application(visit)}</p>${unknown}`,
    fields: `<ul>
${choices.join('\n')}
<li><button class="choice" name="action" value="another"><span class="face" aria-hidden="true">+</span><span><strong>Use another account</strong></span></button></li>
</ul>
${cancel}`,
  })
}

/** The account that the client expects; Microsoft would ask for its password here. */
export function welcomePage(visit: Visit, account: Account): Reply {
  return form(visit, {
    title: `Sign in as ${account.name}`,
    intro: `<p>${escapeHtml(account.username)} <span class="soft">· ${kindOf(account)}</span></p>
<p class="soft">to continue to ${application(visit)}</p>`,
    fields: `<div class="buttons">
<button class="main" name="account" value="${escapeHtml(account.username)}">Sign in</button>
${cancel}
</div>
<p class="plain"><button name="action" value="another">Use another account</button></p>`,
  })
}

/** Asks for a username, and shows the problem with the last one. */
export function namePage(visit: Visit, typed = '', problem?: string): Reply {
  return form(visit, {
    title: 'Sign in',
    intro: `<p class="soft">to continue to ${application(visit)}</p>`,
    fields: `<label for="username">Email or username</label>
<input id="username" name="username" type="email" value="${escapeHtml(typed)}" autocomplete="username" required autofocus${
      problem ? ' aria-invalid="true" aria-describedby="problem"' : ''
    }>
${problem ? `<p class="alarm" id="problem" role="alert">${escapeHtml(problem)}</p>\n` : ''}<div class="buttons">
<button class="main">Next</button>
<button name="action" value="pick" formnovalidate>Back</button>
</div>`,
  })
}

/** The consent page: the permissions that the application requests. */
export function consentPage(visit: Visit, account: Account, scopes: Iterable<string>): Reply {
  const permissions = describeScopes(scopes).map(
    ({ title, detail }) =>
      `<li><strong>${escapeHtml(title)}</strong> <span class="detail">${escapeHtml(detail)}</span></li>`,
  )
  const personal = account.kind === 'personal'
  return form(visit, {
    title: personal ? 'Let this app access your info?' : 'Permissions requested',
    intro: `<p>${application(visit)} <span class="soft">· unverified</span></p>
<p class="soft">${escapeHtml(account.username)}</p>
<h2>${personal ? `${application(visit)} needs your permission to:` : 'This app would like to:'}</h2>`,
    fields: `<ul class="permissions">
${permissions.join('\n')}
</ul>
<p class="soft">You can remove these permissions at any time under <a href="/myapps">Your apps</a>.</p>
<div class="buttons in-sight">
<button class="main" name="action" value="accept">Accept</button>
${cancel}
</div>`,
  })
}

/**
 * Shown in the device flow: a code from someone else could belong to another application than the person
 * expects. Source: entra-docs, identity-platform/reference-breaking-changes.
 */
export function confirmPage(visit: Visit, account: Account): Reply {
  return form(visit, {
    title: `Are you trying to sign in to ${visit.registration.name}?`,
    intro: `<p class="soft">as ${escapeHtml(account.username)}</p>
<p>Only continue if you started this sign-in yourself, with an app that you trust.</p>`,
    fields: `<div class="buttons">
<button class="main" name="action" value="confirm">Continue</button>
${cancel}
</div>`,
  })
}

const cancel = '<button name="action" value="cancel" formnovalidate>Cancel</button>'

function form(
  { id, tenant, returnsTo }: Visit,
  { title, intro, fields }: { title: string; intro: string; fields: string },
): Reply {
  return signInPage({
    title,
    formAction: ["'self'", ...(returnsTo === undefined ? [] : [returnsTo])],
    body: `<h1>${escapeHtml(title)}</h1>
${intro}
<form method="post" action="/${escapeHtml(encodeURIComponent(tenant.segment))}/login">
<input type="hidden" name="visit" value="${id}">
${fields}
</form>`,
  })
}

const application = ({ registration }: Visit) => `<strong>${escapeHtml(registration.name)}</strong>`
const kindOf = ({ kind }: Account) => (kind === 'work' ? 'Work or school account' : 'Personal account')

function face({ name }: Account): string {
  const initials = name
    .split(/\s+/)
    .map((word) => [...word][0] ?? '')
    .filter((_, index, all) => index === 0 || index === all.length - 1)
  return `<span class="face" aria-hidden="true">${escapeHtml(initials.join(''))}</span>`
}
