import { escapeHtml, page } from '../server/html.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import { type Item, isFolder } from '../state/items.ts'
import type { World } from '../state/world.ts'

const refreshSeconds = 2
/** More rows would make a page that reloads every two seconds unreadable. */
const maxRows = 500

const style = `
h2 { font-size: 1.05rem; font-weight: 600; margin-bottom: .2rem }
ul { list-style: none; margin: 0; padding-left: 1.2rem; border-left: 1px solid color-mix(in srgb, currentColor 20%, transparent) }
li { padding: .05rem 0 }
.folder::after { content: "/"; opacity: .7 }
.file { font-style: italic }
.quiet { opacity: .7 }
.size { opacity: .7; margin-left: .8rem; font-size: .9rem; font-variant-numeric: tabular-nums }
`

/** `GET /`: the drives as trees, reloaded every two seconds without a script; `GET /?still` is not reloaded. */
export function treePage(world: World, incoming: Incoming): Reply {
  if (incoming.method !== 'GET' && incoming.method !== 'HEAD')
    return { status: 405, headers: { allow: 'GET, HEAD' } }
  const drives = [...world.drives.values()].map(
    (drive) => `<section>
<h2>${escapeHtml(drive.owner.name)}</h2>
<p class="quiet">${escapeHtml('username' in drive.owner ? drive.owner.username : drive.owner.path)}, ${drive.owner.kind} account, ${readableSize(drive.used)} of ${readableSize(drive.total)} used</p>
${rows(drive)}
</section>`,
  )
  const paused = incoming.query === 'still'
  const reply = page({
    title: 'OneDrive sandbox',
    style,
    body: `<main>
<h1>OneDrive sandbox</h1>
<p class="quiet">A local fake of Microsoft sign-in and OneDrive. Nothing here leaves this machine.</p>
<p>${paused ? '<a href="/">Resume live updates</a>' : '<a href="/?still">Pause live updates</a>'}</p>
${drives.join('\n')}
</main>`,
  })
  return paused ? reply : { ...reply, headers: { ...reply.headers, refresh: String(refreshSeconds) } }
}

function rows(drive: Drive): string {
  const budget = { left: maxRows }
  const html = branch(drive, drive.root, budget)
  if (html === '') return '<p class="quiet">This drive is empty.</p>'
  return budget.left > 0 ? html : `${html}\n<p class="quiet">Only the first ${maxRows} items are shown.</p>`
}

function branch(drive: Drive, item: Item, budget: { left: number }): string {
  if (!isFolder(item) || item.children.size === 0) return ''
  let html = ''
  for (const child of drive.list(item)) {
    if (budget.left-- <= 0) break
    html += `<li>${label(child)}${branch(drive, child, budget)}</li>\n`
  }
  return `<ul>\n${html}</ul>`
}

function label(item: Item): string {
  const name = escapeHtml(item.name)
  if (isFolder(item)) return `<span class="folder">${name}</span>`
  return `<span class="file">${name}</span><span class="size">${readableSize(item.size)}</span>`
}

const units = ['bytes', 'KB', 'MB', 'GB', 'TB']

/** A size as a person reads it, in steps of 1024: "512 bytes", "1.5 MB". */
export function readableSize(bytes: number): string {
  if (bytes === 1) return '1 byte'
  let amount = bytes
  let step = 0
  // Compare the rounded amount, so that 1,048,575 bytes are 1 MB and not 1024 KB.
  while (rounded(amount) >= 1024 && step < units.length - 1) {
    amount /= 1024
    step++
  }
  return `${rounded(amount)} ${units[step]}`
}

/** One decimal below 100, none above. */
function rounded(amount: number): number {
  return amount >= 100 ? Math.round(amount) : Number(amount.toFixed(1))
}
