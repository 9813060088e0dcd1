import { escapeHtml } from '../server/html.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import type { Site } from '../state/sites.ts'
import type { Account } from '../state/users.ts'
import { siteUrl } from '../state/web-addresses.ts'
import type { World } from '../state/world.ts'
import { drivesPage } from './drives-layout.ts'
import { placePage } from './place-page.ts'
import { pathOf, readableSize, treeOf } from './tree.ts'

const refreshSeconds = 2

/** `GET /`: the drives and sites as trees, reloaded every two seconds without a script; `GET /?still` is not reloaded. */
export function treePage(world: World, incoming: Incoming): Reply {
  if (incoming.method !== 'GET' && incoming.method !== 'HEAD')
    return { status: 405, headers: { allow: 'GET, HEAD' } }
  // The address of an item of a personal drive.
  if (/(?:^|&)(?:res)?id=/.test(incoming.query)) return placePage(world, incoming)
  const paused = incoming.query === 'still'
  const sites =
    world.sites.length === 0
      ? ''
      : `<h2>Sites</h2>
<div class="cards">
${world.sites.map((site) => siteCard(world, site)).join('\n')}
</div>`
  const reply = drivesPage({
    title: 'Drives and sites',
    body: `<div class="top">
<h1>Drives and sites</h1>
<p>${paused ? '<a href="/">Resume live updates</a>' : '<a href="/?still">Pause live updates</a>'}</p>
</div>
<h2>People</h2>
<div class="cards">
${world.accounts.map((account) => personCard(world, account)).join('\n')}
</div>
${sites}`,
  })
  return paused ? reply : { ...reply, headers: { ...reply.headers, refresh: String(refreshSeconds) } }
}

function personCard(world: World, account: Account): string {
  const drive = world.driveOf(account)
  return `<section class="card">
<div class="who"><span class="face" aria-hidden="true">${escapeHtml(initials(account.name))}</span>
<div><h3><a href="${escapeHtml(pathOf(world, drive, drive.root))}">${escapeHtml(account.name)}</a></h3>
<p class="soft">${escapeHtml(account.username)}</p>
<p class="soft">${account.kind} account, ${usage(drive)}</p></div></div>
${treeOf(world, drive, drive.root)}
</section>`
}

function siteCard(world: World, site: Site): string {
  const libraries = world.librariesOf(site).map(
    (
      drive,
    ) => `<h4><a href="${escapeHtml(pathOf(world, drive, drive.root))}">${escapeHtml(libraryName(drive))}</a> <small>${usage(drive)}</small></h4>
${treeOf(world, drive, drive.root)}`,
  )
  return `<section class="card">
<h3>${escapeHtml(site.displayName)}</h3>
<p class="soft"><code>${escapeHtml(siteUrl(world.origins, site))}</code></p>
<p class="soft">${escapeHtml(members(world, site))}</p>
${libraries.join('\n')}
</section>`
}

/** Who is a member of a site: whoever has rights to its default library. */
function members(world: World, site: Site): string {
  const [first] = world.librariesOf(site)
  const names = (first ? world.rights.at(first, first.root) : [])
    .filter(({ isMember }) => isMember)
    .map(({ to, role }) => {
      const name = 'username' in to ? to.name : 'everyone in the organization'
      return role === 'read' ? `${name} (read only)` : name
    })
  return names.length === 0 ? 'No members' : `Members: ${names.join(', ')}`
}

function libraryName({ owner }: Drive): string {
  return 'site' in owner ? owner.name : ''
}

function usage(drive: Drive): string {
  return `${readableSize(drive.used)} of ${readableSize(drive.total)} used`
}

function initials(name: string): string {
  return name
    .split(' ')
    .map(([first = '']) => first)
    .join('')
    .slice(0, 2)
}
