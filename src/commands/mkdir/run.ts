import type { Arguments } from '../../cli/command.ts'
import { OdLinkError } from '../../errors.ts'
import { conflictChoices, createFolder, type Folder, type OnConflict } from '../../graph/folders.ts'
import { openPlace } from '../../graph/open-place.ts'
import { childPath, type DrivePath } from '../../graph/path.ts'
import { parentOf, placeBelow, readPlace, showPlace, type TypedPlace } from '../../graph/place.ts'
import { fail, print, printJson } from '../../terminal/index.ts'
import { secondsOf, textsOf } from '../shared/arguments.ts'

/**
 * `od-link mkdir [-p] <parent> [name...]`: checks everything that was typed, then creates one folder after the other. A name
 * that is taken does not keep the others from being created; the exit code is that of the first failure.
 */
export async function run({ positional, options }: Arguments): Promise<number> {
  if (options['from-file'] !== undefined) {
    await (await import('./many.ts')).createMany(positional[0], options)
    return 0
  }
  const { parent, names } = readFolders(positional)
  const parents = options.parents === true
  const chosen = conflictChoices.find((choice) => choice === options['on-conflict'])
  const onConflict: OnConflict = chosen ?? (parents ? 'reuse' : 'fail')
  const maxWaitMs = (secondsOf(options, 'max-wait') ?? 120) * 1000
  const { graph, place } = await openPlace(parent, { account: oneAccount(options), maxWaitMs })
  // Of a single address, only the server knows which part of it exists.
  const places = names.length > 0 ? names.map((name) => placeBelow(place, [name])) : [place]

  const json = options.json === true
  const folders: Folder[] = []
  let taken: OdLinkError | undefined
  try {
    for (const [at, one] of places.entries()) {
      try {
        const folder = await createFolder(graph, one, { onConflict, parents })
        folders.push(folder)
        if (!json) print(folder.path)
      } catch (error) {
        if (!isAboutName(error)) throw withRest(error, names.slice(at + 1))
        taken ??= error
        if (!json) fail(error, false)
      }
    }
  } finally {
    // What was created before a failure is reported as well, because the script that reads it may want to know.
    if (json && folders.length > 0) printJson(folders)
  }
  if (taken && json) fail(taken, true)
  return taken?.exitCode ?? 0
}

/** Whether the next name may work all the same. */
function isAboutName(error: unknown): error is OdLinkError {
  return error instanceof OdLinkError && (error.kind === 'taken' || error.reason === 'invalid-name')
}

/** An error that would come again for each of the other names. */
function withRest(error: unknown, rest: readonly string[]): unknown {
  if (!(error instanceof OdLinkError) || rest.length === 0) return error
  const names = rest.map((name) => `"${name}"`)
  return error.with({ message: `${error.message} Not tried: ${names.join(', ')}.` })
}

/** @throws OdLinkError (usage) when there are several. */
function oneAccount(options: Arguments['options']): string | undefined {
  const [first, second] = textsOf(options, 'account')
  if (second === undefined) return first
  throw new OdLinkError('usage', 'Several accounts need --from-file.', {
    reason: 'conflicting-options',
    next: [{ verb: 'mkdir', flags: { 'from-file': 'FILE', account: textsOf(options, 'account') } }],
  })
}

/**
 * The folder to create them in, and their names; of a single path, the last name is the folder to create. A single address
 * is left whole.
 */
function readFolders([first = '', ...names]: string[]): { parent: TypedPlace; names: string[] } {
  const place = readPlace(first)
  const show = (path: DrivePath) => showPlace({ ...place, path })
  for (const name of names) childPath(place.path, name, show)
  const last = place.path.at(-1)
  if (names.length > 0) return { parent: place, names }
  if (last !== undefined) return { parent: parentOf(place), names: [last] }
  if (place.address !== undefined) return { parent: place, names: [] }
  const what = place.prefix === '' ? 'The root of the drive' : `"${place.prefix}"`
  throw new OdLinkError('usage', `${what} already exists, and no name was given.`, {
    reason: 'missing-argument',
    next: [{ verb: 'mkdir', args: [place.prefix || '/', 'NAME'] }],
  })
}
