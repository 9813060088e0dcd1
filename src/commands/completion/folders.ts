import type { Account } from '../../accounts/account.ts'
import { isNamed, listDrives } from '../../accounts/drives.ts'
import { findAccount, readLink } from '../../accounts/index.ts'
import { askNobody } from '../../accounts/stores/limits.ts'
import type { Candidate } from '../../cli/completion/shell.ts'
import { pagesOf } from '../../graph/drive.ts'
import { isFolder, itemOf } from '../../graph/item.ts'
import { foldName, showPath } from '../../graph/path.ts'
import {
  isWebAddress,
  ownPlace,
  type Place,
  placeAddress,
  readPlace,
  type TypedPlace,
} from '../../graph/place.ts'
import type { Graph } from '../../graph/request.ts'
import { sendOnce } from '../../graph/send-once.ts'
import { NetworkError } from '../../http/errors.ts'
import { remember, remembered } from './recent-folders.ts'

/**
 * The folders whose path begins with what was typed, with the current access token only: Tab never prompts, never blocks,
 * and never renews a link. `team:/Rep` is completed in the saved drive, `te` to its name.
 * @param wanted the value of `--account`.
 * @param withFiles whether files are offered as well.
 */
export async function foldersBelow(typed: string, wanted: unknown, withFiles: boolean): Promise<Candidate[]> {
  if (isWebAddress(typed)) return []
  const [, prefix = '', path = ''] = /^([^/:]+:)?(.*)$/s.exec(typed) ?? []
  const slash = path.lastIndexOf('/')
  // `Re` means `/Re`: a path may be typed without its first slash.
  const parent = slash < 0 ? '' : path.slice(0, slash + 1)
  const start = foldName(path.slice(slash + 1))
  const account = typeof wanted === 'string' ? wanted : undefined
  const found = whereIs(readPlace(prefix + parent || '/'), account)
  if (!found) return []
  const { account: owner, place } = found
  const names = remembered(owner, keyOf(place)) ?? (await ask(owner, place))
  const before = `${prefix}${path === '' ? '/' : parent}`
  const items = names
    .filter((name) => foldName(name).startsWith(start) && (withFiles || name.endsWith('/')))
    .map((name) => ({ word: `${before}${name}` }))
  return typed.includes('/') || prefix !== '' ? items : [...savedDrives(typed, account), ...items]
}

/** The place without any request. */
function whereIs(
  { saved, prefix, path }: TypedPlace,
  wanted: string | undefined,
): { account: Account; place: Place } | undefined {
  if (saved === undefined) return { account: findAccount(wanted), place: ownPlace(path) }
  const found = listDrives().find(({ drive }) => isNamed(drive, saved))
  if (!found) return undefined
  const { account, drive } = found
  return {
    account,
    place: {
      ...{ drive: `/drives/${encodeURIComponent(drive.id)}`, item: drive.item, byKeys: drive.byKeys },
      ...{ prefix, path },
    },
  }
}

function savedDrives(typed: string, wanted: string | undefined): Candidate[] {
  const accounts = wanted === undefined ? undefined : [findAccount(wanted)]
  return listDrives(accounts)
    .filter(({ drive }) => drive.name.toLowerCase().startsWith(typed.toLowerCase()))
    .map(({ drive }) => ({ word: `${drive.name}:/`, about: drive.about }))
}

/** Where its names are remembered. Two names of one place share them. */
function keyOf(place: Place): string {
  return place.drive === '/me/drive' ? showPath(place.path) : placeAddress(place)
}

/** How long the whole process may take, start-up included, and how much of that is reserved for its end. */
const limitMs = 1_000
const endMs = 100

async function ask(account: Account, place: Place): Promise<string[]> {
  const left = () => limitMs - endMs - performance.now()
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), left()))
  const names: string[] = []
  const list = async () => {
    for await (const found of itemsIn(account, place, left)) names.push(...found)
    return true
  }
  // Names that came before the limit are offered, but not remembered: they may not be all.
  if (await Promise.race([list(), late])) {
    // Names that cannot be saved, such as on a read-only mount, are offered anyway.
    await remember(account, keyOf(place), names).catch(() => {})
  }
  return names
}

/** The names of its items, page by page; those of folders end in a slash, which no name does. */
async function* itemsIn(account: Account, place: Place, left: () => number): AsyncGenerator<string[]> {
  // Only the helper `pass` can be kept from prompting.
  if (account.store.startsWith('helper:') && account.store !== 'helper:pass') return
  askNobody(left())
  const link = await readLink(account)
  if (link.expiresAt < Date.now()) return
  const graph: Graph = {
    async send(request) {
      const answer = await sendOnce({ account, link }, request, { timeoutMs: left(), freshConnection: false })
      if (answer instanceof NetworkError) throw answer
      return answer
    },
    left,
  }
  for await (const { status, json } of pagesOf(graph, place)) {
    if (status !== 200) return
    const items = Array.isArray(json?.value) ? json.value.map(itemOf) : []
    yield items.flatMap((item) => (item.name ? `${item.name}${isFolder(item) ? '/' : ''}` : []))
  }
}
