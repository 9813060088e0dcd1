import { page } from '../server/html.ts'
import { masthead, palette } from '../server/look.ts'
import type { Reply } from '../server/messages.ts'

/** A sign-in page: a single card, readable from 320 pixels wide, in light and dark mode. */
export interface SignInPage {
  /** The window title, which a screen reader reads first. */
  title: string
  /** HTML, escaped by the caller; it begins with an `h1`. */
  body: string
  status?: number
  script?: string
  /** Where its forms may be sent; default: the page has no form. */
  formAction?: string[]
}

/** A page of the sign-in; without `formAction` it has no form that could be sent. */
export function signInPage({ title, body, formAction = [], ...more }: SignInPage): Reply {
  return page({
    ...more,
    title: `${title} · Sandbox`,
    style: palette + style,
    formAction: formAction.length > 0 ? formAction : ["'none'"],
    body: `${masthead}
<main>
${body}
</main>
<footer><p>No password is needed, and nothing you do here leaves this machine.</p></footer>`,
  })
}

const style = `
body { max-width: 29rem; min-height: 100vh; margin: 0 auto; padding: clamp(1rem, 6vh, 3rem) 1rem 1rem }
main { padding: 1.75rem 2rem 2rem; background: var(--card); border: 1px solid var(--faint); border-radius: .75rem }
h2 { margin: 1.5rem 0 .25rem; font-size: 1rem }
.soft, dt, .detail { color: var(--soft) }
.soft strong { color: var(--text) }
ul { margin: 1.25rem 0; padding: 0; list-style: none }
button, input { font: inherit; color: inherit }
button { min-height: 2.75rem; padding: .5rem 1.25rem; border: 1px solid var(--line); border-radius: .375rem; background: var(--card); cursor: pointer }
button:hover { background: var(--hover) }
button.main { border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600 }
button.main:hover { text-decoration: underline }
.choice { display: flex; width: 100%; align-items: center; gap: .875rem; margin: -1px 0 0; padding: .75rem; border: solid var(--faint); border-width: 1px 0; border-radius: 0; text-align: left }
.choice > :last-child { flex: 1; min-width: 0 }
.choice strong, .choice span span { display: block }
.choice span span { color: var(--soft); font-size: .875rem }
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem }
.buttons button { flex: 1 1 8rem }
.in-sight { position: sticky; bottom: 0; margin-top: 1rem; padding: .75rem 0; background: var(--card); border-top: 1px solid var(--faint) }
.plain { margin-top: .75rem }
label { display: block; margin-top: 1.25rem; font-weight: 600 }
input { width: 100%; min-height: 2.75rem; margin-top: .25rem; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .375rem; background: var(--card) }
input.code { font-family: ui-monospace, monospace; font-size: 1.375rem; letter-spacing: .2em; text-transform: uppercase }
.alarm { padding: .625rem .875rem; border-left: .25rem solid var(--alarm); background: var(--alarm-ground); color: var(--alarm) }
.permissions li { padding: .625rem 0; border-top: 1px solid var(--faint) }
.permissions .detail { display: block; font-size: .875rem }
dl { margin: .5rem 0 0; font-size: .875rem }
dd { margin: 0 0 .5rem }
@media (max-width: 30rem) {
  body { padding: 1rem .75rem }
  main { padding: 1.25rem 1.125rem 1.5rem }
}
`
