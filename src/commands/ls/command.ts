import type { Command } from '../../cli/command.ts'
import { account, json, maxWait, verbose } from '../shared/options.ts'

export const ls: Command = {
  group: 'Folders and files',
  summary: 'list folders and files',
  aliases: ['list', 'dir', 'll', 'find'],
  positional: [{ name: 'path', takes: 'item', optional: true, repeated: true }],
  options: [
    { name: 'long', short: 'l', help: 'also print the size and the time of the last change' },
    account,
    { ...maxWait, help: 'seconds to wait when throttled, for each page' },
    json,
    verbose,
  ],
  foreign: [[['-R', '--recursive'], 'ls lists one folder. For a whole tree, use rclone.']],
  examples: [
    ['od-link ls', 'the root of your OneDrive'],
    ['od-link ls -l /Reports', 'with sizes and times'],
    ['od-link ls --json /Reports | jq -r .[].webUrl', 'the URL of each item'],
  ],
  notes: [
    'Prints a name per line, in the order that OneDrive gives (usually by name), and as the pages arrive. The name of a folder ends with a slash. Of a file, its path is printed. With several paths, each folder has a heading.',
    'With --long, a shortcut to another drive has an arrow and the address behind it; times are local. Of a folder, the size includes everything in it.',
    'Exit codes: 0 listed, 4 sign in, 8 nothing there, 9 not allowed.',
  ],
}
