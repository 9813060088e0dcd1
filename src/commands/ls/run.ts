import type { Arguments } from '../../cli/command.ts'
import type { At } from '../../graph/files/access.ts'
import type { FileItem } from '../../graph/files/file-item.ts'
import { listPlace } from '../../graph/files/list.ts'
import { placeBelow, readPlace, showPlace, type TypedPlace } from '../../graph/place.ts'
import { notices } from '../../notices.ts'
import { caughtUp, print, printLines } from '../../terminal/index.ts'
import { byteSize, localTime } from '../../text/format.ts'
import { collectFailures } from '../shared/failures.ts'
import { placesOf } from '../shared/file-options.ts'
import { itemAsJson } from '../shared/item-json.ts'
import { printItems } from '../shared/items.ts'

type Options = Arguments['options']

/** What a listing prints, in parts: a heading, or some items of a folder, or the item that a path leads to. */
type Part = { heading: string } | { at: At; items: FileItem[]; isFolder: boolean }

/** `od-link ls [path...]`: prints each page as it arrives. What fails is reported at the end, and the rest is listed. */
export async function run({ positional, options }: Arguments): Promise<number> {
  const places = (positional.length > 0 ? positional : ['/']).map((text) => readPlace(text))
  const failures = collectFailures()
  const parts = listAll(places, options, failures.attempt)
  if (options.json) await printItems(inJson(parts), true)
  else await printParts(parts, options.long === true)
  return failures.report(options.json === true)
}

async function* listAll(
  places: TypedPlace[],
  options: Options,
  attempt: (work: () => Promise<void>) => Promise<void>,
): AsyncGenerator<Part> {
  const open = placesOf(options)
  for (const typed of places) {
    const parts = list(typed, open, places.length > 1)
    for (;;) {
      let next: IteratorResult<Part> | undefined
      await attempt(async () => {
        next = await parts.next()
      })
      if (!next || next.done) break
      yield next.value
    }
  }
}

async function* list(
  typed: TypedPlace,
  open: (typed: TypedPlace) => Promise<At>,
  withHeading: boolean,
): AsyncGenerator<Part> {
  const at = await open(typed)
  const listing = await listPlace(at)
  if ('item' in listing) {
    yield { at, items: [listing.item], isFolder: false }
    return
  }
  if (withHeading) yield { heading: showPlace(at.place) }
  for await (const items of listing.folder) yield { at, items, isFolder: true }
}

async function printParts(parts: AsyncIterable<Part>, isLong: boolean): Promise<void> {
  let isFirst = true
  let unreadable = 0
  for await (const part of parts) {
    if ('heading' in part) {
      if (!isFirst) print('')
      print(`${part.heading}:`)
    } else {
      const shown = part.items.filter(({ name }) => name !== undefined || !part.isFolder)
      unreadable += part.items.length - shown.length
      printLines(shown.map((item) => lineOf(item, part, isLong)))
      if (!(await caughtUp())) return
    }
    isFirst = false
  }
  if (unreadable > 0)
    notices.warning(
      `${unreadable === 1 ? '1 item has' : `${unreadable} items have`} a name that cannot be shown.`,
    )
}

function lineOf(item: FileItem, { at, isFolder }: { at: At; isFolder: boolean }, isLong: boolean): string {
  const { kind, size, modified, target } = item
  const slash = kind === 'folder' || target?.isFolder ? '/' : ''
  const name = `${isFolder ? item.name : showPlace(at.place)}${slash}`
  if (!isLong) return name
  const arrow = kind === 'shortcut' ? ` -> ${target?.webUrl ?? 'another drive'}` : ''
  const columns = [
    (size === undefined ? '-' : byteSize(size)).padStart(10),
    (modified === undefined ? '-' : localTime(modified)).padEnd(16),
  ]
  return `${columns.join('  ')}  ${name}${arrow}`
}

async function* inJson(parts: AsyncIterable<Part>): AsyncGenerator<object[]> {
  for await (const part of parts) {
    if ('heading' in part) continue
    const { at, items, isFolder } = part
    yield items.map((item) => {
      const isNamed = isFolder && item.name !== undefined
      return itemAsJson(isNamed ? placeBelow(at.place, [item.name as string]) : at.place, item)
    })
  }
}
