import { escapeHtml } from '../server/html.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import { type Item, isFolder } from '../state/items.ts'
import type { SharingLink } from '../state/sharing-links.ts'
import { encodePath, webUrlOf } from '../state/web-addresses.ts'
import { placeAt } from '../state/web-place.ts'
import type { World } from '../state/world.ts'
import { drivesPage } from './drives-layout.ts'
import { nameOf, pathOf, readableSize, sharing, treeOf } from './tree.ts'

/**
 * Whether a path is one of OneDrive and SharePoint in a browser: sites, work drives, sharing links, and the page that
 * shows a work drive.
 */
export function isWebPath(path: string): boolean {
  return /^\/(?:(?:sites|teams|personal)\/|Shared(?: |%20)Documents(?:\/|$)|:[a-z]:\/|[fu]\/s!|my$)/i.test(
    path,
  )
}

/** What a web address leads to, for a person who opens it. A person need not sign in to look around in the sandbox. */
export function placePage(world: World, incoming: Incoming): Reply {
  if (incoming.method !== 'GET' && incoming.method !== 'HEAD')
    return { status: 405, headers: { allow: 'GET, HEAD' } }
  const origin = world.addresses.at(incoming.headers.host ?? '') ?? world.origins.own
  const link = world.links.find(incoming.path.split('/').at(-1) ?? '')
  const shared = link?.drive.find(link.itemId)
  if (link && shared) return show(world, link.drive, shared, link)
  const place = placeOf(
    world,
    new URL(`${origin}${incoming.path}${incoming.query ? `?${incoming.query}` : ''}`),
  )
  if (place) return show(world, place.drive, place.item)
  return drivesPage({
    status: 404,
    title: 'Nothing is here',
    body: `<section class="card"><h1>Nothing is at this address</h1>
<p>It was moved or deleted, or never existed.</p>
<p><a href="/">All drives and sites</a></p></section>`,
  })
}

/**
 * A page that shows a folder names it in its query: `…/Forms/AllItems.aspx?id=%2Fsites%2F…`, older `RootFolder=…`,
 * `/my?id=%2Fpersonal%2F…`.
 */
function placeOf(world: World, url: URL) {
  const path = url.searchParams.get('id') ?? url.searchParams.get('RootFolder')
  const named = path?.startsWith('/') ? placeAt(world, new URL(encodeURI(path), url.origin).href) : undefined
  return (
    named ?? placeAt(world, url.href.replace(/\/Forms\/[^/?]+\.aspx(?:\?.*)?$/i, '')) ?? homeOf(world, url)
  )
}

/** A site's own address shows its default library. */
function homeOf(world: World, url: URL) {
  const path = url.pathname.replace(/\/+$/, '').toLowerCase()
  const site = world.sites.find((one) => encodePath(one.path).toLowerCase() === path)
  const drive = site && world.librariesOf(site)[0]
  return drive && { drive, item: drive.root }
}

function show(world: World, drive: Drive, item: Item, link?: SharingLink): Reply {
  const title = item.parent ? item.name : nameOf(drive)
  const rows = [
    ['Address', `<code>${escapeHtml(webUrlOf(world.origins, drive, item))}</code>`],
    ...(link ? [['Opened by', `a sharing link to ${link.type}, ${link.scope}`]] : []),
    ['Drive', `${escapeHtml(nameOf(drive))} <code>${escapeHtml(drive.id)}</code>`],
    ['Item', `<code>${escapeHtml(item.id)}</code>`],
    ...(item.content ? [['Size', readableSize(item.size)]] : []),
  ]
  return drivesPage({
    title,
    body: `<nav><a href="/">All drives and sites</a>${above(world, drive, item)}</nav>
<section class="card">
<h1>${escapeHtml(title)}</h1>
<p>${sharing(world, drive, item)}</p>
<dl>
${rows.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join('\n')}
</dl>
${isFolder(item) ? treeOf(world, drive, item) : ''}
</section>`,
  })
}

/** The way from the root of the drive, as links. */
function above(world: World, drive: Drive, item: Item): string {
  const way: Item[] = []
  for (let one = item.parent; one; one = one.parent) way.unshift(one)
  return way
    .map((one) => {
      const name = one.parent ? one.name : nameOf(drive)
      return ` › <a href="${escapeHtml(pathOf(world, drive, one))}">${escapeHtml(name)}</a>`
    })
    .join('')
}
