import { readForm } from '../server/forms.ts'
import { escapeHtml, page } from '../server/html.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import type { World } from '../world.ts'
import type { DeviceCode } from './grants.ts'
import { readBody } from './token.ts'

/** `/devicelogin`: the person types the code that a terminal shows, picks an account, agrees or refuses. */
export function deviceLogin(world: World, incoming: Incoming): Reply {
  if (incoming.method === 'GET') return codePage(world, readForm(incoming.query).get('otc') ?? '')
  const origin = incoming.headers.origin
  if (incoming.method !== 'POST' || (origin !== undefined && origin !== world.origin)) return { status: 405 }
  const form = readBody(incoming)
  const code = findUserCode(world, form.get('otc') ?? '')
  if (!code)
    return codePage(world, form.get('otc') ?? '', 'That code didn’t work. Check the code and try again.')
  const account = world.account(form.get('account') ?? '')
  if (form.get('action') === 'cancel') code.decision = 'declined'
  else if (account) code.decision = { account }
  else return codePage(world, code.userCode, 'Pick an account.')
  return page({
    title: 'Sign in to your account',
    body: `<main>\n<h1>${escapeHtml(code.registration.name)}</h1>\n<p>${
      code.decision === 'declined' ? 'You refused the sign-in.' : 'You have signed in on your device.'
    } You may now close this window.</p>\n</main>`,
  })
}

/** The pending device code that a person means, whatever case and spaces they typed. */
export function findUserCode(world: World, typed: string): DeviceCode | undefined {
  const userCode = typed.replace(/[\s-]/g, '').toUpperCase()
  for (const code of world.grants.deviceCodes.values()) {
    if (code.userCode === userCode && code.expiresAt > world.now() && code.decision === undefined) return code
  }
  return undefined
}

function codePage(world: World, typed: string, problem?: string): Reply {
  const accounts = world.accounts.map(
    ({ username, name }, index) =>
      `<label><input type="radio" name="account" value="${escapeHtml(username)}"${index === 0 ? ' checked' : ''}> ${escapeHtml(`${name} (${username})`)}</label>`,
  )
  return page({
    title: 'Sign in to your account',
    body: `<main>
<h1>Enter code to allow access</h1>
${problem ? `<p role="alert">${escapeHtml(problem)}</p>\n` : ''}<form method="POST">
<p><label for="otc">Code</label> <input id="otc" name="otc" value="${escapeHtml(typed)}" autocomplete="off" required></p>
<fieldset>
<legend>Account</legend>
${accounts.join('\n')}
</fieldset>
<p>Do not enter codes from sources you don’t trust.</p>
<p><button name="action" value="continue">Continue</button> <button name="action" value="cancel">Cancel</button></p>
</form>
</main>`,
    style: 'label { display: block } input { font: inherit }',
  })
}
