import { join } from 'node:path'
import type { Arguments } from '../../cli/command.ts'
import { OdLinkError } from '../../errors.ts'
import type { At } from '../../graph/files/access.ts'
import type { FileItem } from '../../graph/files/file-item.ts'
import { findTarget } from '../../graph/files/find.ts'
import { checkLocalName } from '../../graph/files/local-name.ts'
import { receiveFile } from '../../graph/files/receive.ts'
import { readPlace, showPlace, type TypedPlace } from '../../graph/place.ts'
import { say } from '../../terminal/index.ts'
import { splitDestination } from '../shared/destination.ts'
import { conflictOf, jobsOf, placesOf } from '../shared/file-options.ts'
import { itemAsJson } from '../shared/item-json.ts'
import { type Job, runJobs } from '../shared/jobs.ts'
import { type Names, startNames } from '../shared/names.ts'
import { resumable, resumes } from '../shared/resumable.ts'
import {
  foldLocal,
  type LocalDestination,
  openLocal,
  openStdout,
  readLocalDestination,
} from './local-target.ts'

type Options = Arguments['options']

/** `od-link download PATH... [TO]`: checks what was typed, then downloads, a few at the same time. */
export async function run({ positional, options }: Arguments): Promise<void> {
  const { from, to } = splitDestination(positional, '.')
  const atOnce = jobsOf(options) ?? 8
  const places = from.map((text) => readPlace(text))
  const isPiped = to === '-'
  const destination = readLocalDestination(to, {
    several: from.length > 1,
    parents: options.parents === true,
    paths: from,
  })
  const open = placesOf(options)
  const twins = twinsOf(places, options)
  const names = startNames(foldLocal)
  const jobs = places.map((place, index) => {
    const job = jobFor(place, { open, destination, names }, options)
    const twin = twins.get(index)
    return twin ? { ...job, run: () => Promise.reject(twin) } : job
  })
  const isScreen = isPiped && process.stdout.isTTY === true
  await runJobs(jobs, {
    ...{ json: options.json === true, isPiped, atOnce, hasProgress: !isScreen },
    done: 'files were not downloaded',
  })
}

/** What would get the name of an earlier one, as far as the typed paths say, by its position: the first one wins. */
function twinsOf(places: readonly TypedPlace[], options: Options): Map<number, OdLinkError> {
  const names = startNames(foldLocal)
  const twins = new Map<number, OdLinkError>()
  if (conflictOf(options) === 'rename') return twins
  for (const [index, place] of places.entries()) {
    const name = place.path.at(-1)
    try {
      if (name !== undefined) names.claim(name, showPlace(place))
    } catch (error) {
      if (!(error instanceof OdLinkError)) throw error
      twins.set(index, error)
    }
  }
  return twins
}

interface Around {
  open: (typed: TypedPlace) => Promise<At>
  destination: LocalDestination | 'stdout'
  /** The local paths of this command. */
  names: Names
}

function jobFor(typed: TypedPlace, { open, destination, names }: Around, options: Options): Job {
  return {
    name: showPlace(typed),
    async run(report) {
      const { access, place } = await open(typed)
      const { item, place: there } = await findTarget(access.graph(), place)
      refuseFolder(item, showPlace(place))
      const content = `${access.account.id} ${item.driveId ?? place.drive} ${item.id}`
      const { path, target } =
        destination === 'stdout'
          ? { path: undefined, target: openStdout(showPlace(place)) }
          : openLocal(fileFor(item, typed, destination), {
              ...{ content, from: showPlace(place), onConflict: conflictOf(options), names },
              missing: destination.missing,
            })
      report.progress(target.have, item.size)
      report.onInterrupt(() => {
        if (target.isKept && !options.json) say(resumes(target))
      })
      await receiveFile(access, there, item, target, report.progress).catch((error: unknown) => {
        throw resumable(error, target)
      })
      return { line: path, json: { ...itemAsJson(place, item), from: showPlace(place), path } }
    },
  }
}

/** The path of the local file. @throws OdLinkError (usage) for a name that this machine cannot have. */
function fileFor(item: FileItem, typed: TypedPlace, destination: LocalDestination): string {
  if ('file' in destination) return destination.file
  const last = typed.path.at(-1)
  return join(destination.folder, checkLocalName(item.name ?? last, last !== undefined))
}

function refuseFolder({ kind }: FileItem, shown: string): void {
  if (kind === 'file') return
  const what = { folder: 'a folder', package: 'a notebook', shortcut: 'a shortcut to another drive' }[kind]
  throw new OdLinkError('usage', `"${shown}" is ${what}, and download takes files.`, {
    reason: 'not-a-file',
    next: ['For a whole tree, use rclone. To see what is in it:', { verb: 'ls', args: [shown] }],
  })
}
