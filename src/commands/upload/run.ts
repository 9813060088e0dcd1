import { statSync } from 'node:fs'
import { basename } from 'node:path'
import type { Arguments } from '../../cli/command.ts'
import { OdLinkError } from '../../errors.ts'
import type { At } from '../../graph/files/access.ts'
import { type Destination, findDestination, isFolderText } from '../../graph/files/destination.ts'
import { isSmall, sendFile } from '../../graph/files/send.ts'
import { childPath, foldName } from '../../graph/path.ts'
import {
  type Place,
  parentOf,
  placeBelow,
  readPlace,
  type Shown,
  showPlace,
  type TypedPlace,
} from '../../graph/place.ts'
import { fileTrouble } from '../../graph/transfer/file-errors.ts'
import type { UploadConflict } from '../../graph/transfer/upload.ts'
import { existsLocally, splitDestination } from '../shared/destination.ts'
import { conflictOf, jobsOf, placesOf } from '../shared/file-options.ts'
import { itemAsJson } from '../shared/item-json.ts'
import { type Job, runJobs } from '../shared/jobs.ts'
import { startNames } from '../shared/names.ts'

type Options = Arguments['options']

/** `od-link upload FILE... [TO]`: checks what was typed, finds out where TO leads, then uploads, a few at the same time. */
export async function run({ positional, options }: Arguments): Promise<void> {
  const { from: files, to } = splitDestination(positional, '/')
  const onConflict = conflictOf(options)
  const atOnce = jobsOf(options) ?? 8
  const isOne = files.length === 1
  refuseLocalDestination(files, to)
  const typed = readPlace(to)
  const [first = '-'] = files
  if (isOne) sizeOf(first)
  const mustBeFolder = !isOne || isFolderText(to)
  const flaws = mustBeFolder ? flawsOf(files, typed, onConflict) : new Map<number, OdLinkError>()
  const hasWork = flaws.size < files.length
  const open = async (): Promise<Opened> => {
    const at = await placesOf(options)(typed)
    const unseen = isOne && onConflict === 'fail' && isSmall(sizeOf(first)) && !mustBeFolder
    const destination = await findDestination(at.access.graph(), at.place, {
      ...{ mustBeFolder, parents: options.parents === true, unseen },
    })
    return { at, destination, unseen }
  }
  // Where nothing can be uploaded, nothing is requested and no folder created.
  const opened = hasWork ? await open() : undefined
  const jobs = files.map((file, index) => jobFor(file, flaws.get(index), opened, options))
  await runJobs(jobs, {
    ...{ json: options.json === true, atOnce, hasProgress: true },
    done: 'files were not uploaded',
  })
}

/** Where files go. */
interface Opened {
  at: At
  destination: Destination
  /** Whether it was not looked at: the name may be that of a folder. */
  unseen: boolean
}

/** What keeps files from going into a folder that is not known yet, by their position. */
function flawsOf(
  files: readonly string[],
  folder: TypedPlace,
  onConflict: UploadConflict,
): Map<number, OdLinkError> {
  const names = startNames(foldName)
  const flaws = new Map<number, OdLinkError>()
  for (const [index, file] of files.entries()) {
    try {
      sizeOf(file)
      inFolder(folder, file)
      if (onConflict !== 'rename') names.claim(basename(file), file)
    } catch (error) {
      if (!(error instanceof OdLinkError)) throw error
      flaws.set(index, error)
    }
  }
  return flaws
}

function jobFor(
  file: string,
  flaw: OdLinkError | undefined,
  opened: Opened | undefined,
  options: Options,
): Job {
  const onConflict = conflictOf(options)
  return {
    name: file,
    bytes: file === '-' ? undefined : flaw ? 0 : (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    async run(report) {
      if (flaw || !opened) throw flaw
      const { at, destination, unseen } = opened
      const { access } = at
      const size = sizeOf(file)
      const send = async (place: Place) => {
        const item = await sendFile(access, place, file, {
          onConflict,
          onProgress: (done) => report.progress(done, size),
          onStart: report.onInterrupt,
        })
        const sent = item.name === undefined ? place : placeBelow(parentOf(place), [item.name])
        const shown = place.path.length === 0 ? place : sent
        return { line: showPlace(shown), json: itemAsJson(shown, item) }
      }
      if ('folder' in destination) return send(inFolder(destination.folder, file))
      return send(destination.file).catch(async (error: unknown) => {
        // The name that is taken may be that of a folder, which was meant then.
        const isTaken = error instanceof OdLinkError && error.reason === 'name-taken'
        if (!unseen || !isTaken) throw error
        const again = { mustBeFolder: false, parents: false }
        const found = await findDestination(access.graph(), destination.file, again)
        if (!('folder' in found)) throw error
        return send(inFolder(found.folder, file))
      })
    },
  }
}

/** @throws OdLinkError (usage) for a name that OneDrive does not accept. */
function inFolder<P extends Shown>(folder: P, file: string): P {
  if (file === '-') {
    throw new OdLinkError('usage', 'Standard input has no name, so the path needs one.', {
      reason: 'invalid-path',
      next: [{ verb: 'upload', args: ['-', showPlace(placeBelow(folder, ['NAME']))] }],
    })
  }
  const path = childPath(folder.path, basename(file), (names) => showPlace({ ...folder, path: names }))
  return { ...folder, path }
}

/** @returns undefined for standard input and anything else whose size is not known. @throws OdLinkError (usage) */
function sizeOf(file: string): number | undefined {
  if (file === '-') return undefined
  try {
    const found = statSync(file)
    if (found.isDirectory()) throw folderRefused(file)
    return found.isFile() ? found.size : undefined
  } catch (error) {
    throw error instanceof OdLinkError ? error : fileTrouble(error, file, 'read')
  }
}

function folderRefused(file: string): OdLinkError {
  return new OdLinkError('usage', `"${file}" is a folder, and upload takes files.`, {
    reason: 'local-file',
    next: [
      'For a whole tree, use rclone. To create only its folders:',
      'find . -type d -print0 | od-link mkdir -0 --from-file - /Backup',
    ],
  })
}

/** `upload a.pdf b.pdf` was meant as two files, not as one with the name of the other. */
function refuseLocalDestination(files: readonly string[], to: string): void {
  if (/^\/|:/.test(to) || !existsLocally(to)) return
  throw new OdLinkError(
    'usage',
    `"${to}" is a file of this computer, and stands where the destination is named.`,
    {
      reason: 'local-path',
      next: [
        { intro: 'To upload it as well, to the root:', verb: 'upload', args: [...files, to, '/'] },
        { intro: 'To upload to that name in OneDrive:', verb: 'upload', args: [...files, `/${to}`] },
      ],
    },
  )
}
