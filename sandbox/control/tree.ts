import { escapeHtml } from '../server/html.ts'
import type { Drive } from '../state/drive.ts'
import { type Item, isFolder } from '../state/items.ts'
import { isLibrary } from '../state/sites.ts'
import { linkUrlOf, webUrlOf } from '../state/web-addresses.ts'
import type { World } from '../state/world.ts'

/** More rows would make a page that reloads every two seconds unreadable. */
const maxRows = 500

/** What is in a folder, as nested lists. */
export function treeOf(world: World, drive: Drive, folder: Item): string {
  const budget = { left: maxRows }
  const html = branch(world, drive, folder, budget)
  if (html === '') return '<p class="soft">Empty</p>'
  return budget.left > 0 ? html : `${html}\n<p class="soft">Only the first ${maxRows} items are shown.</p>`
}

function branch(world: World, drive: Drive, item: Item, budget: { left: number }): string {
  if (!isFolder(item) || item.children.size === 0) return ''
  let html = ''
  for (const child of drive.list(item)) {
    if (budget.left-- <= 0) break
    html += `<li>${label(world, drive, child)}${branch(world, drive, child, budget)}</li>\n`
  }
  return `<ul>\n${html}</ul>`
}

function label(world: World, drive: Drive, item: Item): string {
  const kind = item.remote ? 'shortcut' : isFolder(item) ? 'folder' : 'file'
  const name = `<a class="${kind}" href="${escapeHtml(pathOf(world, drive, item))}">${escapeHtml(item.name)}</a>`
  const size = item.content ? `<span class="size">${readableSize(item.size)}</span>` : ''
  return `${name}${size}${item.remote ? target(world, item.remote) : ''}${sharing(world, drive, item)}`
}

/** Where a shortcut leads. */
function target(world: World, { driveId, id }: NonNullable<Item['remote']>): string {
  const drive = world.drives.get(driveId.toLowerCase())
  const item = drive?.find(id)
  if (!drive || !item) return '<span class="tag lost">leads nowhere</span>'
  const place = [nameOf(drive), ...drive.path(item).split('/').filter(Boolean)].join(' › ')
  return `<a class="tag" href="${escapeHtml(pathOf(world, drive, item))}">shortcut to ${escapeHtml(place)}</a>`
}

/** Who else may open an item, by rights that begin there. */
export function sharing(world: World, drive: Drive, item: Item): string {
  const people = world.rights
    .at(drive, item)
    .filter(({ isMember }) => !isMember)
    .map(({ to, role }) => {
      const who = 'username' in to ? to.name : 'everyone in the organization'
      return `<span class="tag">${role === 'write' ? 'shared with' : 'readable by'} ${escapeHtml(who)}</span>`
    })
  const links = world.links.of(drive, item).map((link) => {
    const { pathname } = new URL(linkUrlOf(world.origins, link, item))
    return `<a class="tag" href="${escapeHtml(pathname)}">${link.scope} link to ${link.type}</a>`
  })
  return [...people, ...links].join('')
}

/** A person's drive by the person, a library by its site. */
export function nameOf({ owner }: Drive): string {
  return isLibrary(owner) ? `${owner.site.displayName} › ${owner.name}` : owner.name
}

/** The path of an item's page, at whichever origin this page was opened. */
export function pathOf(world: World, drive: Drive, item: Item): string {
  const { pathname, search } = new URL(webUrlOf(world.origins, drive, item))
  return pathname + search
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
