import type { Arguments } from '../../cli/command.ts'
import { findDestination, isFolderText } from '../../graph/files/destination.ts'
import { findMovable, moveItem } from '../../graph/files/move.ts'
import { readPlace, showPlace } from '../../graph/place.ts'
import { splitDestination } from '../shared/destination.ts'
import { conflictOf, placesOf } from '../shared/file-options.ts'
import { itemAsJson } from '../shared/item-json.ts'
import { type Job, runJobs } from '../shared/jobs.ts'

/** `od-link mv FROM... TO`: checks what was typed, then moves one after the other. */
export async function run({ positional, options }: Arguments): Promise<void> {
  const { from, to } = splitDestination(positional, undefined)
  const onConflict = conflictOf(options)
  const [typedTo, ...places] = [to, ...from].map((text) => readPlace(text))
  const open = placesOf(options)
  const target = await open(typedTo as ReturnType<typeof readPlace>)
  const destination = await findDestination(target.access.graph(), target.place, {
    mustBeFolder: from.length > 1 || isFolderText(to),
    parents: options.parents === true,
  })
  const jobs = places.map(
    (typed): Job => ({
      name: showPlace(typed),
      async run() {
        const { place, item } = await moveItem(await findMovable(await open(typed)), destination, onConflict)
        return { line: showPlace(place), json: { ...itemAsJson(place, item), from: showPlace(typed) } }
      },
    }),
  )
  // One after the other: OneDrive refuses some changes of one folder at the same time.
  await runJobs(jobs, { json: options.json === true, atOnce: 1, done: 'were not moved' })
}
