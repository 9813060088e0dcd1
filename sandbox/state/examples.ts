import type { Drive } from './drive.ts'
import { type Folder, type Item, isFolder, type Remote, withDescendants } from './items.ts'
import { type Account, defaultUsers, type SandboxUser } from './users.ts'
import { linkUrlOf, webUrlOf } from './web-addresses.ts'
import type { World } from './world.ts'

/** The default users, and those who share something with them. */
export const exampleUsers: SandboxUser[] = [
  ...defaultUsers,
  {
    username: 'charles@contoso.example',
    name: 'Charles Babbage',
    kind: 'work',
    ...tenantOf(defaultUsers[0]),
  },
  { username: 'margaret@outlook.example', name: 'Margaret Hamilton', kind: 'personal' },
]

/** Something that is not on a person's own drive, to try. */
export interface Example {
  kind: 'library' | 'shared folder' | 'shortcut' | 'lost shortcut'
  /** Who may open it. */
  username: string
  /** A web address; of a shortcut, its path in the person's drive. */
  address: string
}

const site = { path: '/sites/project-x', displayName: 'Project X', isGroup: true }
const shortcuts = { work: 'Reports of Charles', personal: 'Pictures of Margaret' }

/** Adds a site with two libraries, folders that others share, and shortcuts to some, to the example users' world. */
export function addExamples(world: World): void {
  const [ada, grace, charles, margaret] = exampleUsers.map(({ username }) => world.account(username))
  if (!ada || !grace || !charles || !margaret) return
  const since = world.now()
  const projectX = world.addSite(site, ada)
  const documents = world.addLibrary(projectX, 'Documents', 'Shared Documents')
  const archive = world.addLibrary(projectX, 'Archive')
  const intranet = world.addLibrary(
    world.addSite({ path: '', displayName: 'Contoso' }, ada),
    'Documents',
    'Shared Documents',
  )
  for (const { root, drive } of [documents, archive].map((one) => ({ root: one.root, drive: one })))
    for (const to of [ada, charles])
      world.rights.grant({ drive, itemId: root.id, to, role: 'write', isMember: true, since })
  const everybody = { tenantId: ada.tenantId }
  world.rights.grant({
    ...{ drive: intranet, itemId: intranet.root.id, to: everybody, role: 'read', isMember: true, since },
  })

  world.acting = charles
  folder(documents, 'General', 'Minutes')
  file(documents, folder(documents, 'General'), 'Plan.txt', 'Build the difference engine.\n')
  folder(archive, '1837')
  const reports = folder(world.driveOf(charles), 'Reports')
  file(world.driveOf(charles), reports, 'January.csv', 'month,gears\n1,4000\n')
  const sketches = folder(world.driveOf(charles), 'Sketches')
  world.acting = margaret
  const pictures = folder(world.driveOf(margaret), 'Pictures')
  const flights = folder(world.driveOf(margaret), 'Flights')
  world.acting = undefined
  // Below the root, where people move them, and to what was deleted since.
  const general = folder(documents, 'General')
  shortcut(sketches, world.driveOf(charles), 'Project X', { driveId: documents.id, id: general.id })
  shortcut(sketches, world.driveOf(charles), 'Old plans', lostOf(archive))
  shortcut(flights, world.driveOf(margaret), 'Old album', lostOf(world.driveOf(grace)))

  const shares = [
    { drive: world.driveOf(charles), shared: reports, linked: sketches, to: ada },
    { drive: world.driveOf(margaret), shared: pictures, linked: flights, to: grace },
  ] as const
  for (const { drive, shared, linked, to } of shares) {
    world.rights.grant({ drive, itemId: shared.id, to, role: 'write', since })
    world.links.create(drive, linked, 'edit', to.kind === 'work' ? 'organization' : 'anonymous')
    const own = world.driveOf(to)
    if (!own.child(own.root, shortcuts[to.kind]))
      own.add(own.root, shortcuts[to.kind], { driveId: drive.id, id: shared.id })
  }
}

/** What is left of the examples to try, as addresses that a person could copy from a browser. */
export function listExamples(world: World): Example[] {
  const [ada] = exampleUsers.map(({ username }) => world.account(username))
  const projectX = ada && world.site(site.path, ada.tenantId)
  const [documents] = projectX ? world.librariesOf(projectX) : []
  const general = documents?.walk(documents.root, ['General'])
  const examples: Example[] = []
  if (ada && documents && general)
    examples.push({
      kind: 'library',
      username: ada.username,
      address: webUrlOf(world.origins, documents, general),
    })
  for (const [from, to] of [
    [exampleUsers[2], exampleUsers[0]],
    [exampleUsers[3], exampleUsers[1]],
  ]) {
    const [owner, guest] = [from, to].map((one) => one && world.account(one.username))
    if (!owner || !guest) continue
    const { username } = guest
    const link = world.links.all().find(({ drive }) => drive.owner === owner)
    const item = link?.drive.find(link.itemId)
    if (link && item)
      examples.push({ kind: 'shared folder', username, address: linkUrlOf(world.origins, link, item) })
    const own = world.driveOf(guest)
    if (own.child(own.root, shortcuts[guest.kind])?.remote)
      examples.push({ kind: 'shortcut', username, address: `/${shortcuts[guest.kind]}` })
    examples.push(...shortcutsBelow(world, owner))
  }
  return examples
}

/** The shortcuts below the root of a drive. */
function shortcutsBelow(world: World, owner: Account): Example[] {
  const { username } = owner
  const drive = world.driveOf(owner)
  return [...withDescendants(drive.root)].flatMap((item) => {
    if (!item.remote || item.parent === drive.root) return []
    const { driveId, id } = item.remote
    const isLost = !world.drives.get(driveId.toLowerCase())?.find(id)
    return [{ kind: isLost ? 'lost shortcut' : 'shortcut', username, address: drive.path(item) } as const]
  })
}

/** What a shortcut points to whose folder is gone: the first numbers are those of no item. */
function lostOf(drive: Drive): Remote {
  const id = drive.owner.kind === 'work' ? drive.ids.next() : `${drive.id.toUpperCase()}!99`
  return { driveId: drive.id, id }
}

function shortcut(parent: Folder, drive: Drive, name: string, remote: Remote): void {
  if (!drive.child(parent, name)) drive.add(parent, name, remote)
}

function tenantOf(user: SandboxUser | undefined): { tenant?: string } {
  return user?.tenant === undefined ? {} : { tenant: user.tenant }
}

function folder(drive: Drive, ...names: string[]): Folder {
  let at: Item = drive.root
  for (const name of names) if (isFolder(at)) at = drive.child(at, name) ?? drive.add(at, name)
  return at as Folder
}

function file(drive: Drive, parent: Folder, name: string, text: string): void {
  if (!drive.child(parent, name)) drive.add(parent, name, Buffer.from(text))
}
