import type { Arguments } from '../../cli/command.ts'
import { findDestination, isFolderText } from '../../graph/files/destination.ts'
import { findMovable, moveItem } from '../../graph/files/move.ts'
import { foldName } from '../../graph/path.ts'
import { readPlace, showPlace } from '../../graph/place.ts'
import { splitDestination } from '../shared/destination.ts'
import { conflictOf, placesOf } from '../shared/file-options.ts'
import { itemAsJson } from '../shared/item-json.ts'
import { type Job, runJobs } from '../shared/jobs.ts'
import { startNames } from '../shared/names.ts'

/** `od-link mv FROM... TO`: checks what was typed, then moves one after the other. */
export async function run({ positional, options }: Arguments): Promise<void> {
  const { from, to } = splitDestination(positional, undefined)
  const onConflict = conflictOf(options)
  const typedTo = readPlace(to)
  const places = from.map((text) => readPlace(text))
  const open = placesOf(options)
  const [one] = places
  // Before a missing folder is created for it.
  const only = places.length === 1 && one ? await findMovable(await open(one)) : undefined
  const target = await open(typedTo)
  const destination = await findDestination(target.access.graph(), target.place, {
    mustBeFolder: from.length > 1 || isFolderText(to),
    parents: options.parents === true,
  })
  const names = startNames(foldName)
  const jobs = places.map(
    (typed): Job => ({
      name: showPlace(typed),
      async run() {
        const movable = only ?? (await findMovable(await open(typed)))
        if (onConflict !== 'rename') names.claim(typed.path.at(-1) ?? '', showPlace(typed))
        const { place, item } = await moveItem(movable, destination, onConflict)
        return { line: showPlace(place), json: { ...itemAsJson(place, item), from: showPlace(typed) } }
      },
    }),
  )
  // One after the other: OneDrive refuses some changes of one folder at the same time.
  await runJobs(jobs, { json: options.json === true, atOnce: 1, done: 'were not moved' })
}
