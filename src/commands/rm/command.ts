import type { Command } from '../../cli/command.ts'
import { account, json, maxWait, verbose } from '../shared/options.ts'

export const rm: Command = {
  group: 'Folders and files',
  summary: 'move files and folders to the recycle bin',
  aliases: ['del', 'delete', 'remove', 'rmdir', 'unlink', 'erase'],
  changes: true,
  positional: [{ name: 'path', takes: 'item', repeated: true }],
  options: [
    { name: 'recursive', short: 'r', help: 'remove folders, with everything in them' },
    account,
    { ...maxWait, help: 'seconds to wait when throttled, for each item' },
    json,
    verbose,
  ],
  foreign: [[['-f', '--force'], 'Leave it out: rm asks nothing.']],
  examples: [
    ['od-link rm /Reports/draft.docx', 'a file'],
    ['od-link rm -r /Reports/2024', 'a folder'],
  ],
  notes: [
    'Prints the path of each item, one per line. OneDrive keeps it in its recycle bin (usually for 30 days on personal drives, 93 days on work drives), where the browser restores it. Of a shortcut to another drive, only the shortcut is removed.',
    'Exit codes: 0 removed, 2 a folder without --recursive, 3 changed meanwhile, 4 sign in, 8 nothing there, 9 not allowed. When one of several fails, the others are removed.',
  ],
}
