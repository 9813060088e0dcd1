import { readForm, readPostedForm } from '../server/forms.ts'
import { escapeHtml } from '../server/html.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import type { DeviceCode } from '../state/grants.ts'
import { admits } from '../state/tenants.ts'
import { withVisit } from '../state/visits.ts'
import type { World } from '../state/world.ts'
import { signInPage } from './layout.ts'
import { isOwnForm, seeOther } from './login.ts'
import { errorPage } from './pages.ts'

/** `/devicelogin`: the person enters the code from the terminal, signs in, and confirms the application. */
export function deviceLogin(world: World, incoming: Incoming): Reply {
  const elsewhere = leadTo(world, incoming)
  if (elsewhere !== undefined) return { status: 302, headers: { location: elsewhere } }
  if (incoming.method === 'GET') return codePage(readForm(incoming.query).get('otc') ?? '')
  if (incoming.method !== 'POST' || !isOwnForm(world, incoming)) return { status: 405 }
  const form = readPostedForm(incoming)
  const code = findUserCode(world, form.get('otc') ?? '')
  if (!code) return codePage(form.get('otc') ?? '', 'That code didn’t work. Check the code and try again.')
  // A script may take the person's part in one step.
  const account = world.account(form.get('account') ?? '')
  if (account && world.settings.signIn === 'automatic') {
    code.decision = form.get('action') === 'cancel' ? 'declined' : { account }
    return endPage(code)
  }
  return askPerson(world, incoming, code)
}

/** The page's address at the identity platform, for a request to another of Microsoft's sites. */
function leadTo({ addresses, origins }: World, { headers, query }: Incoming): string | undefined {
  const origin = addresses.at(headers.host ?? '')
  const pages = Object.values(origins.deviceLogin).map((url) => new URL(url).origin)
  if (origin === undefined || origin === origins.authority || !pages.includes(origin)) return undefined
  return `${origins.authority}/common/oauth2/deviceauth${query === '' ? '' : `?${query}`}`
}

/** The pending device code for what a person typed, ignoring case, spaces and hyphens. */
export function findUserCode(world: World, typed: string): DeviceCode | undefined {
  const userCode = typed.replace(/[\s-]/g, '').toUpperCase()
  for (const code of world.grants.deviceCodes.values()) {
    if (code.userCode === userCode && isPending(world, code)) return code
  }
  return undefined
}

function isPending(world: World, code: DeviceCode): boolean {
  return code.expiresAt > world.now() && code.decision === undefined
}

function askPerson(world: World, incoming: Incoming, code: DeviceCode): Reply {
  const { tenant, registration, scopes } = code
  const decide = (decision: NonNullable<DeviceCode['decision']>) => {
    if (!isPending(world, code))
      return codePage('', 'The code you entered has expired. Start again on your device.')
    code.decision = decision
    return endPage(code)
  }
  const visit = world.visits.begin(
    {
      tenant,
      registration,
      scopes,
      accounts: world.accounts.filter((account) => admits(tenant, account)),
      confirmApplication: true,
      accept: (_, account) => decide({ account }),
      refuse: () => decide('declined'),
      fail: (now, error) => errorPage(world, now, error, 200),
    },
    world.now(),
  )
  return withVisit(world, incoming, seeOther(visit), visit)
}

function endPage({ registration, decision }: DeviceCode): Reply {
  const declined = decision === 'declined'
  return signInPage({
    title: declined ? 'Sign-in declined' : 'Signed in',
    body: `<h1>${escapeHtml(registration.name)}</h1>
<p role="status">${
      declined
        ? 'You declined the sign-in. The application on your device was not given access.'
        : 'You have signed in to the application on your device.'
    }</p>
<p>You can close this window now.</p>`,
  })
}

function codePage(typed: string, problem?: string): Reply {
  return signInPage({
    title: 'Enter code to allow access',
    formAction: ["'self'"],
    body: `<h1>Enter code to allow access</h1>
<p class="soft">Once you enter the code displayed on your app or device, it will have access to your account.</p>
<p>Do not enter codes from sources you don’t trust.</p>
<form method="post" action="/devicelogin">
<label for="otc">Code</label>
<input class="code" id="otc" name="otc" value="${escapeHtml(typed)}" maxlength="20" autocomplete="off" autocapitalize="characters" spellcheck="false" required autofocus${
      problem ? ' aria-invalid="true" aria-describedby="problem"' : ''
    }>
${problem ? `<p class="alarm" id="problem" role="alert">${escapeHtml(problem)}</p>\n` : ''}<div class="buttons">
<button class="main">Next</button>
</div>
</form>`,
  })
}
