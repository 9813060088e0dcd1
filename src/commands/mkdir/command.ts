import type { Command } from '../../cli/command.ts'
import { account, json, maxWait, verbose } from '../shared/options.ts'

export const mkdir: Command = {
  group: 'Folders and files',
  summary: 'make folders in the linked OneDrive',
  aliases: ['md', 'create'],
  positional: [
    { name: 'parent', takes: 'folder' },
    { name: 'name', optional: true, repeated: true },
  ],
  variant: { with: 'from-file', positional: [{ name: 'parent', takes: 'folder', optional: true }] },
  options: [
    { name: 'parents', short: 'p', help: 'make missing parents; a folder that exists is fine' },
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
      help: 'make every path of a list, one a line; - reads standard input',
    },
    { name: 'null', short: '0', with: 'from-file', help: 'the list has NULs between paths: find -print0' },
    { name: 'dry-run', with: 'from-file', help: 'check the list and print its folders; make nothing' },
    {
      name: 'all-accounts',
      with: 'from-file',
      conflicts: ['account'],
      help: 'in every linked OneDrive, side by side',
    },
    {
      name: 'jobs',
      value: 'N',
      with: 'from-file',
      default: '8',
      help: 'the most batches of 20 in progress at once, 1 to 64',
    },
    { name: 'fail-fast', with: 'from-file', help: 'stop at the first failure; else the rest is made' },
    { name: 'quiet', with: 'from-file', help: 'no progress and no summary on stderr' },
  ],
  examples: [
    ['od-link mkdir /Reports', 'make Reports in the root'],
    ['od-link mkdir /Reports 2026 2027', 'make two folders in Reports'],
    ['od-link mkdir -p /Reports/2026/Q1', 'make what is missing; fine if all is there'],
    ['od-link mkdir --on-conflict rename / Upload', 'make Upload, or "Upload 1" if it is taken'],
    [
      'find . -type d -print0 | od-link mkdir -0 --from-file - /Backup',
      'mirror the folders from here down; again, and it makes what is missing',
    ],
  ],
  notes: [
    'Prints the path of each folder, a line each. Exit codes: 0 made, 3 name taken, 4 sign in, 8 no such parent.',
    'With a list, missing parents are made, folders that exist are fine, and --account may be given several times. What failed comes last on stderr, each path on a line that begins with a slash, so that it can be tried again:',
    {
      code: ['od-link mkdir --from-file list.txt 2>log ||', "  grep '^/' log | od-link mkdir --from-file -"],
    },
  ],
}
