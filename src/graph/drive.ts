import type { DriveItem } from '@microsoft/microsoft-graph-types'
import { fromOutside } from '../text/sanitize.ts'
import { means } from './error-codes.ts'
import { graphFailure } from './errors.ts'
import { itemOf } from './item.ts'
import { sameName } from './path.ts'
import { isPathIgnored, type Place, parentOf, placeAddress, placeBelow, showPlace } from './place.ts'
import type { Graph, GraphAnswer } from './request.ts'
import { mayBeShortcut, mostShortcuts, targetOf, withShortcuts } from './shortcuts.ts'

/*
 * How items of a drive are addressed and read.
 * https://learn.microsoft.com/en-us/graph/onedrive-addressing-driveitems
 */

/** Graph answers 404 to a colon address of more than about 27 levels, although the folder exists. */
const maxColonLevels = 25

/** With 200 children each, more than a folder of OneDrive has. */
const mostPages = 1_000
/** Graph's addresses are shorter. */
const longestLink = 8_000

/** The fields of an item that od-link reads. */
export const wanted = '$select=id,name,webUrl,folder,file,package,remoteItem,createdDateTime'

/**
 * The URL path of the item at a place, as `placeAddress` has it; below the ID of an ancestor if the path is too deep for that.
 * @throws OdLinkError (not-found) when an ancestor that has to be looked up does not exist.
 */
export async function addressOf(graph: Graph, place: Place): Promise<string> {
  let from = place
  for (;;) {
    // Only a single key is known to work (rclone, backend/onedrive, for China's cloud).
    const most = from.byKeys && from.item !== undefined ? 1 : maxColonLevels
    if (from.path.length <= most) break
    const ancestor = { ...from, path: from.path.slice(0, most) }
    const rest = from.path.slice(most)
    const answer = await graph.send({
      method: 'GET',
      path: `${placeAddress(ancestor)}?$select=id,remoteItem`,
    })
    const item = itemOf(answer.json)
    const behind = await behindShortcut(graph, ancestor, answer, item)
    if (behind) {
      from = placeBelow(behind, rest)
      continue
    }
    const { id } = item
    if (answer.status !== 200 || id === undefined) {
      const names = place.path.slice(0, place.path.length - from.path.length + most)
      throw graphFailure(answer, `Looking for "${showPlace({ ...place, path: names })}"`)
    }
    from = { ...from, item: id, path: rest }
  }
  return placeAddress(from)
}

/** Where an ancestor leads that is a shortcut, or lies behind one. */
async function behindShortcut(
  graph: Graph,
  ancestor: Place,
  answer: GraphAnswer,
  item: DriveItem,
): Promise<Place | undefined> {
  if (answer.status === 200) return targetOf(ancestor, item)
  return mayBeShortcut(answer) ? followShortcutAbove(graph, ancestor) : undefined
}

/** Reads the item at that place; the answer is 200 with the item, or Graph's refusal. */
export async function getItem(graph: Graph, place: Place): Promise<GraphAnswer> {
  const address = await addressOf(graph, place)
  const answer = await graph.send({ method: 'GET', path: `${address}?${wanted}` })
  if (answer.status !== 200 || !isPathIgnored(place, itemOf(answer.json))) return answer
  return getItem(graph, { ...place, byKeys: true })
}

/**
 * Reads an item by its path and, if that finds nothing, from the list of its parent's children: just after a conflict the
 * first can be behind the second.
 * @returns the answer with the item, or a refusal, or undefined when the parent has no such child.
 */
export async function getItemOrListed(graph: Graph, place: Place): Promise<GraphAnswer | undefined> {
  const direct = await getItem(graph, place)
  if (direct.status !== 404 || means(direct, 'similar')) return direct
  const name = place.path.at(-1) ?? ''
  return findChild(graph, parentOf(place), (item) => sameName(item.name ?? '', name))
}

/**
 * The first child of a folder that matches, page by page; or, with `isBetter`, the best of all that match.
 * @returns an answer of 200 whose JSON is the child, the refusal of the list, or undefined when none matches.
 */
export async function findChild(
  graph: Graph,
  parent: Place,
  fits: (item: DriveItem, answer: GraphAnswer) => boolean,
  isBetter?: (item: DriveItem, than: DriveItem) => boolean,
): Promise<GraphAnswer | undefined> {
  let best: GraphAnswer | undefined
  for await (const answer of pagesOf(graph, parent)) {
    if (answer.status !== 200) return answer
    const children = Array.isArray(answer.json?.value) ? answer.json.value.map(itemOf) : []
    for (const child of children) {
      if (!fits(child, answer) || (best && !isBetter?.(child, best.json as DriveItem))) continue
      best = { ...answer, json: child as Record<string, unknown> }
    }
    if (best && !isBetter) return best
  }
  return best
}

/**
 * The place behind the shortcut that a path leads through, or ends at. Call it only after a refusal that may mean one
 * (shortcuts.ts). Above a shortcut everything can be read and below it nothing, so the path is halved each time.
 * @returns undefined when none of its items is a shortcut.
 * @throws OdLinkError where the drive refuses for another reason than the path, such as being blocked.
 */
export async function followShortcut(graph: Graph, place: Place): Promise<Place | undefined> {
  let [least, most] = [1, place.path.length]
  while (least <= most) {
    const length = Math.floor((least + most) / 2)
    const upper = { ...place, path: place.path.slice(0, length) }
    const answer = await getItem(graph, upper)
    const target = answer.status === 200 ? targetOf(upper, itemOf(answer.json)) : undefined
    if (target) return placeBelow(target, place.path.slice(length))
    if (answer.status === 200) least = length + 1
    else if (mayBeShortcut(answer)) most = length - 1
    // The right to read may begin further down.
    else if (means(answer, 'forbidden')) return undefined
    else throw graphFailure(answer, `Reading "${showPlace(upper)}"`)
  }
  return undefined
}

/** The same for an item that was refused itself, so that only what is above it can be a shortcut. */
export async function followShortcutAbove(graph: Graph, place: Place): Promise<Place | undefined> {
  const behind = await followShortcut(graph, parentOf(place))
  return behind && placeBelow(behind, place.path.slice(-1))
}

/**
 * The list of a folder's children, page by page; an answer that is not a page is the last one. A path that leads through a
 * shortcut is listed in the drive that it leads to; at work, the list of a shortcut itself is empty.
 */
export async function* pagesOf(graph: Graph, parent: Place): AsyncGenerator<GraphAnswer> {
  let place = parent
  for (let shortcuts = 0; ; shortcuts += 1) {
    const pages = pagesAt(graph, place)
    const first = await pages.next()
    if (first.done) return
    const isEmpty = Array.isArray(first.value.json?.value) && first.value.json.value.length === 0
    const mayLead = mayBeShortcut(first.value) || (first.value.status === 200 && isEmpty)
    const behind = mayLead && shortcuts < mostShortcuts ? await followShortcut(graph, place) : undefined
    if (!behind) {
      yield first.value
      yield* pages
      return
    }
    place = behind
  }
}

async function* pagesAt(graph: Graph, place: Place): AsyncGenerator<GraphAnswer> {
  const address = await addressOf(graph, place)
  let path: string | undefined = `${address}/children?$top=200&${wanted}`
  const seen = new Set<string>()
  // A list that links back to itself, or always has one more page, would never end.
  const mayAsk = () => seen.size === 0 || (seen.size < mostPages && graph.left() > 0)
  while (path !== undefined && !seen.has(path) && mayAsk()) {
    seen.add(path)
    const answer: GraphAnswer = await graph.send({ method: 'GET', path, headers: withShortcuts })
    yield answer
    path = answer.status === 200 ? nextPage(answer) : undefined
  }
}

/** The link to the next page, as a path below `/v1.0`: whatever host it names, the request goes to the drive's own host. */
export function nextPage(answer: GraphAnswer): string | undefined {
  const link = answer.json?.['@odata.nextLink']
  if (typeof link !== 'string' || link.length > longestLink || !URL.canParse(link)) return undefined
  const { pathname, search } = new URL(link)
  return pathname.startsWith('/v1.0/') ? pathname.slice('/v1.0'.length) + search : undefined
}

/** The type of a drive, as Graph reports it: `business`, `personal`, `documentLibrary`. */
export function driveTypeOf({ json }: GraphAnswer): string {
  return fromOutside(json?.driveType, 40) || 'unknown'
}
