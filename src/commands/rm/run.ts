import type { Arguments } from '../../cli/command.ts'
import { removeItem } from '../../graph/files/remove.ts'
import { readPlace, showPlace } from '../../graph/place.ts'
import { say } from '../../terminal/index.ts'
import { placesOf } from '../shared/file-options.ts'
import { itemAsJson } from '../shared/item-json.ts'
import { type Job, runJobs } from '../shared/jobs.ts'

/** `od-link rm PATH...`: checks what was typed, then removes one after the other. */
export async function run({ positional, options }: Arguments): Promise<void> {
  const places = positional.map((text) => readPlace(text))
  const open = placesOf(options)
  let removed = 0
  const jobs = places.map(
    (typed): Job => ({
      name: showPlace(typed),
      async run() {
        const at = await open(typed)
        const item = await removeItem(at, options.recursive === true)
        removed += 1
        return { line: showPlace(at.place), json: itemAsJson(at.place, item) }
      },
    }),
  )
  try {
    await runJobs(jobs, { json: options.json === true, atOnce: 1, done: 'were not removed' })
  } finally {
    const what = removed === 1 ? 'It is' : 'They are'
    if (removed > 0 && !options.json) say(`${what} in the recycle bin of the drive.`)
  }
}
