import type { Command } from '../../cli/command.ts'
import { account, foreignForce, json, maxWait, onConflict, parents, verbose } from '../shared/options.ts'

export const mv: Command = {
  group: 'Folders and files',
  summary: 'move or rename files and folders',
  aliases: ['move', 'rename', 'ren'],
  changes: true,
  positional: [
    { name: 'from', takes: 'item', repeated: true },
    { name: 'to', takes: 'item' },
  ],
  options: [
    parents,
    onConflict,
    account,
    { ...maxWait, help: 'seconds to wait when throttled, for each item' },
    json,
    verbose,
  ],
  foreign: [foreignForce],
  examples: [
    ['od-link mv /Reports/draft.docx /Reports/final.docx', 'rename'],
    ['od-link mv /Reports/2025 /Archive/', 'move a folder, with everything in it'],
    ['od-link mv -p /a.pdf /b.pdf /Archive/2026/', 'several, into a folder that may have to be created'],
  ],
  notes: [
    'Where <to> is an existing folder or ends with a slash, things go into it under their own names; otherwise one gets that name. Prints the new path of each, one per line. Nothing is moved between drives: Microsoft Graph only copies there.',
    'Exit codes: 0 moved, 3 name taken, 4 sign in, 8 nothing there, 9 not allowed. When one of several fails, the others are moved.',
  ],
}
