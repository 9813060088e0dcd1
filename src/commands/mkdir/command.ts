import type { Command } from '../../cli/command.ts'
import { account, json, maxWait, verbose } from '../shared/options.ts'

export const mkdir: Command = {
  group: 'Folders and files',
  summary: 'create folders in the linked OneDrive',
  aliases: ['md', 'create', 'make'],
  changes: ({ options }) => options['dry-run'] !== true,
  positional: [
    { name: 'parent', takes: 'folder' },
    { name: 'name', optional: true, repeated: true },
  ],
  variant: { with: 'from-file', positional: [{ name: 'parent', takes: 'folder', optional: true }] },
  options: [
    { name: 'parents', short: 'p', help: 'create missing parents; existing folders are fine' },
    {
      name: 'on-conflict',
      value: 'CHOICE',
      choices: ['fail', 'rename', 'reuse'],
      default: 'fail',
      help: 'what to do when the name is taken',
    },
    { ...account, multiple: true },
    {
      ...maxWait,
      default: '120; with a list, 600 without any progress',
      help: 'total seconds to wait when throttled',
    },
    json,
    verbose,
    {
      name: 'from-file',
      value: 'FILE',
      takes: 'file',
      help: 'create every path of a list, one per line; - reads standard input',
    },
    { name: 'null', short: '0', with: 'from-file', help: 'the list is NUL-separated: find -print0' },
    { name: 'dry-run', with: 'from-file', help: 'check the list and print its folders; create nothing' },
    {
      name: 'skip-invalid',
      with: 'from-file',
      help: 'leave out lines that are not valid folder paths',
    },
    {
      name: 'all-accounts',
      with: 'from-file',
      conflicts: ['account'],
      help: 'in every linked OneDrive, at the same time',
    },
    {
      name: 'jobs',
      value: 'N',
      with: 'from-file',
      default: '8',
      help: 'the most batches of 20 in progress at once, 1 to 64',
    },
    { name: 'fail-fast', with: 'from-file', help: 'stop at the first failure, instead of creating the rest' },
    { name: 'quiet', with: 'from-file', help: 'no progress and no summary on stderr' },
  ],
  examples: [
    ['od-link mkdir /Reports', 'create Reports in the root'],
    ['od-link mkdir /Reports 2026 2027', 'create two folders in Reports'],
    ['od-link mkdir -p /Reports/2026/Q1', "create what's missing; fine if all of it exists"],
    ['od-link mkdir --on-conflict rename / Upload', 'create Upload, or "Upload 1" if the name is taken'],
    [
      'find . -type d -print0 | od-link mkdir -0 --from-file - /Backup',
      "mirror the folders from here down; run it again to create what's missing",
    ],
  ],
  notes: [
    "Prints each folder's path, one per line. When one of several names is taken, the others are created. Exit codes: 0 created, 3 name taken, 4 sign in, 8 no such parent.",
    'With a list, missing parents are created, existing folders are fine, and --account may be repeated. Every line is a path: a list has no comments. If any line is not valid, nothing is created; --skip-invalid lists these lines on stderr (with --json among the results, with status "invalid") and creates the rest. Paths that failed come last on stderr, each on a line that begins with a slash, so that they can be retried:',
    {
      code: ['od-link mkdir --from-file list.txt 2>log ||', "  grep '^/' log | od-link mkdir --from-file -"],
    },
  ],
}
