import { findAccount } from '../../accounts/index.ts'
import type { Arguments } from '../../cli/command.ts'
import { OdLinkError } from '../../errors.ts'
import { conflictChoices, createFolder, type Folder, type OnConflict } from '../../graph/folders.ts'
import { childPath, type DrivePath, parsePath } from '../../graph/path.ts'
import { openGraph } from '../../graph/request.ts'
import { print, printJson } from '../../terminal/index.ts'
import { secondsOf, textsOf } from '../shared/arguments.ts'

/** `od-link mkdir [-p] <parent> [name...]`: checks everything that was typed, then creates one folder after the other. */
export async function run({ positional, options }: Arguments): Promise<void> {
  if (options['from-file'] !== undefined)
    return (await import('./many.ts')).createMany(positional[0], options)
  const paths = pathsOf(positional)
  const parents = options.parents === true
  const chosen = conflictChoices.find((choice) => choice === options['on-conflict'])
  const onConflict: OnConflict = chosen ?? (parents ? 'reuse' : 'fail')
  const maxWaitMs = (secondsOf(options, 'max-wait') ?? 120) * 1000
  const graph = openGraph(findAccount(oneAccount(options)), maxWaitMs)

  const folders: Folder[] = []
  try {
    for (const path of paths) {
      const folder = await createFolder(graph, path, { onConflict, parents })
      folders.push(folder)
      if (!options.json) print(folder.path)
    }
  } finally {
    // What was created before a failure is reported as well, because the script that reads it may want to know.
    if (options.json && folders.length > 0) printJson(folders)
  }
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

function pathsOf([first = '', ...names]: string[]): DrivePath[] {
  const parent = parsePath(first)
  if (names.length > 0) return names.map((name) => childPath(parent, name))
  if (parent.length > 0) return [parent]
  throw new OdLinkError('usage', 'The root of the drive already exists, and no name was given.', {
    reason: 'missing-argument',
    next: [{ verb: 'mkdir', args: ['/', 'NAME'] }],
  })
}
