import { page } from '../server/html.ts'
import { masthead, palette } from '../server/look.ts'
import type { Reply } from '../server/messages.ts'

/** A page about drives, as wide as its trees need, in the same hand as the sign-in pages. */
export function drivesPage({ title, body, status }: { title: string; body: string; status?: number }): Reply {
  return page({
    ...(status === undefined ? {} : { status }),
    title: `${title} · Sandbox`,
    style: palette + style,
    formAction: ["'none'"],
    body: `${masthead}
<main>
${body}
</main>
<footer><p>Nothing here leaves this machine.</p></footer>`,
  })
}

const style = `
body { max-width: 76rem; margin: 0 auto; padding: 3rem 1rem 1rem }
.top { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0 1.5rem; margin: 0 .25rem }
h2 { margin: 1.5rem .25rem .5rem; font-size: 1rem }
h3 { margin: 0; font-size: 1.125rem; line-height: 1.3 }
h4 { margin: 1.25rem 0 .25rem; font-size: 1rem }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem; align-items: start }
.card { min-width: 0; padding: 1.25rem 1.5rem 1.5rem; background: var(--card); border: 1px solid var(--faint); border-radius: .75rem }
.who { display: flex; gap: .875rem; margin-bottom: .75rem }
.who > :last-child { min-width: 0 }
.who p, .card > p { margin: 0 }
.soft { color: var(--soft); font-size: .875rem }
:is(h3, h4, li) > a { display: inline-block; min-width: 1.5rem; min-height: 1.5rem }
:is(h3, h4, li) > a:not(.tag) { color: inherit; text-decoration: none }
:is(h3, h4, li) > a:hover { text-decoration: underline }
ul { list-style: none; margin: 0; padding: 0 }
ul ul { margin-left: .35rem; padding-left: 1rem; border-left: 1px solid var(--faint) }
li { padding: .15rem 0; overflow-wrap: anywhere }
.folder { font-weight: 600 }
.folder::after { content: "/"; color: var(--soft); font-weight: 400 }
.shortcut::before { content: "↗ "; color: var(--soft) }
.size { margin-left: .75rem; color: var(--soft); font-size: .875rem; font-variant-numeric: tabular-nums }
.tag { display: inline-block; margin-left: .5rem; padding: 0 .5rem; border: 1px solid var(--faint); border-radius: 1rem; color: var(--soft); font-size: .8125rem; line-height: 1.5rem; text-decoration: none }
.lost { border-color: var(--alarm); color: var(--alarm) }
dl { margin: 1rem 0; font-size: .875rem }
dt { color: var(--soft) }
dd { margin: 0 0 .5rem; overflow-wrap: anywhere }
nav { margin: 0 .25rem .75rem; font-size: .875rem }
nav a { display: inline-block; min-height: 1.5rem }
@media (max-width: 30rem) {
  body { padding: 1rem .75rem }
  .card { padding: 1rem 1.125rem }
}
`
