import { OdLinkError } from '../../errors.ts'
import { type DrivePath, isName } from '../path.ts'

/*
 * The web addresses that people copy, by their shape. Microsoft documents few of them; these are as browsers show them.
 */

/** What an address says about its folder, before anything is asked. */
export interface WebAddress {
  origin: string
  /** A sharing link: only /shares knows what it stands for. */
  link?: string
  /** The drive of a person, and the ID of an item in it; absent: its root. */
  ids?: { drive: string; item?: string }
  /** The folder by its path on the host: `sites`, `team`, `Shared Documents`, `General`. */
  names?: DrivePath
  /** It is in a personal OneDrive, which only personal accounts can open. */
  isPersonal?: true
  /** Names that follow a sharing link or an ID, as od-link prints them. */
  below: DrivePath
}

/**
 * A sharing link up to its token: `/:f:/s/team/E…`, `/:f:/g/personal/ada_contoso_com/E…`, `/:f:/g/E…`. `/:f:/r/sites/…` is no
 * link but a path.
 */
const sharingLink =
  /^\/:[a-z]:\/(?:[st]\/[^/]+|g\/personal\/[^/]+|p\/[^/]+|g|r(?=\/E[\w-]{20,}(?:\/|$)))\/[^/]+/i
/** The short links of personal drives: `/f/s!A…`, `/f/c/CID/E…`. */
const shortLink = /^\/[a-z]\/(?:s![^/]+|c\/[0-9a-f]+\/[^/]+)/i
/** The ID of a personal drive; some services drop its leading zero. */
const personalId = /^[0-9a-f]{15,16}$/i

/**
 * Reads the address of a folder, a library or a site, of a page that shows one, or a sharing link.
 * @param url of a host that has been checked (host.ts).
 * @throws OdLinkError (usage) for a page that says nothing about a folder.
 */
export function readWebAddress(url: URL): WebAddress {
  const { origin, pathname, search, searchParams } = url
  const [link] = sharingLink.exec(pathname) ?? []
  if (link !== undefined)
    return { origin, link: origin + link + search, below: namesIn(pathname.slice(link.length), url) }
  const [short] = shortLink.exec(pathname) ?? (url.hostname === '1drv.ms' ? [pathname] : [])
  if (short !== undefined) {
    const below = namesIn(pathname.slice(short.length), url)
    return { origin, link: origin + short + search, isPersonal: true, below }
  }
  const ids = idsIn(searchParams)
  // Whoever has such a link may open it.
  if (ids && searchParams.has('authkey')) return { origin, link: url.href, isPersonal: true, below: [] }
  if (ids) return { origin, ...ids, isPersonal: true }
  const folder = ['id', 'RootFolder'].map((name) => searchParams.get(name) ?? '').find((id) => id[0] === '/')
  if (folder !== undefined) return placeOf(listOrigin(url), plain(folder.split('/'), url))
  return placeOf(origin, folderIn(url))
}

/** The path of a personal drive begins with its ID: `/personal/HEX/Documents/Reports`. */
function placeOf(origin: string, names: DrivePath): WebAddress {
  const [first = '', drive = '', , ...below] = names
  if (first.toLowerCase() === 'personal' && personalId.test(drive))
    return { origin, ids: { drive }, isPersonal: true, below }
  return { origin, names, below: [] }
}

/** `?cid=HEX&id=HEX!123`, and `resid` on older pages. od-link prints `id=HEX!123/a/b` for what is in it. */
function idsIn(parameters: URLSearchParams): Required<Pick<WebAddress, 'ids' | 'below'>> | undefined {
  const [id = '', ...below] = (parameters.get('resid') ?? parameters.get('id') ?? '').split('/')
  const drive = parameters.get('cid') ?? id.split('!')[0] ?? ''
  const names = below.filter((name) => name !== '')
  if (!personalId.test(drive) || !/^[\w!-]*$/.test(id) || !names.every(isName)) return undefined
  return { ids: { drive, ...(/^(root)?$/i.test(id) ? {} : { item: id }) }, below: names }
}

/** OneDrive's page shows libraries of the organization's sites as well, and says at which host they are. */
function listOrigin({ origin, hostname, searchParams }: URL): string {
  const list = searchParams.get('listurl') ?? ''
  if (!/^https:\/\/[a-z0-9.-]+\//i.test(list) || !URL.canParse(list)) return origin
  const named = new URL(list)
  return named.hostname === hostname.replace('-my.', '.') ? named.origin : origin
}

/** What pages call the item that they show: `Doc.aspx?sourcedoc={GUID}`, `DispForm.aspx?ID=7`. Only the page knows its path. */
const shownItem = /^(sourcedoc|sourceurl|uniqueid|docid|guestaccesstoken|share|file|id|itemid)$/i

/** The folder that a path on the host shows, without the names of the page itself. */
function folderIn(url: URL): DrivePath {
  // Such a page is not its library, which would be shared or written to by mistake.
  const isItem =
    /\.aspx$/i.test(url.pathname) && [...url.searchParams.keys()].some((key) => shownItem.test(key))
  if (isItem) throw saysNoFolder(url)
  const path = url.pathname
    .replace(/^\/:[a-z]:\/r(?=\/)/i, '')
    .replace(/(\/(Forms|SitePages|_layouts)(\/[^/]+)*?)?\/[^/]+\.aspx$/i, '')
  const names = namesIn(path, url)
  const isPersonal = /-my\.|^onedrive\.live\./.test(url.hostname)
  if (!/^(my|onedrive)$/i.test(names.join('/')) && (names.length > 0 || !isPersonal)) return names
  throw saysNoFolder(url)
}

function saysNoFolder(url: URL): OdLinkError {
  return new OdLinkError('usage', `The page "${url.href}" does not say which folder it shows.`, {
    reason: 'foreign-address',
    next: ['Open the folder itself and copy the address then, or use Share and Copy link.'],
  })
}

function namesIn(path: string, url: URL): DrivePath {
  return plain(
    path.split('/').map((name) => decoded(name) ?? '.'),
    url,
  )
}

/** @throws OdLinkError (usage) for what cannot be a name, such as an encoded slash. */
function plain(segments: readonly string[], url: URL): DrivePath {
  const names = segments.filter((name) => name !== '')
  if (names.every((name) => isName(name) && name.isWellFormed())) return names
  throw new OdLinkError('usage', `The address "${url.href}" contains a name that no folder can have.`, {
    reason: 'invalid-path',
    next: ['Open the folder in a browser, and copy the address from there.'],
  })
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
