import type { Command } from '../../cli/command.ts'
import {
  account,
  foreignForce,
  foreignTree,
  jobs,
  json,
  maxWait,
  onConflict,
  verbose,
} from '../shared/options.ts'

export const download: Command = {
  group: 'Folders and files',
  summary: 'download files',
  aliases: ['get', 'pull', 'fetch', 'cat', 'cp', 'copy'],
  // What goes to standard output is nowhere else.
  changes: ({ positional }) => positional.length < 2 || positional.at(-1) !== '-',
  positional: [
    { name: 'path', takes: 'item', repeated: true },
    { name: 'to', takes: 'file', optional: true },
  ],
  options: [
    { name: 'parents', short: 'p', help: 'create missing folders on this computer' },
    onConflict,
    jobs,
    account,
    { ...maxWait, help: 'seconds to wait when throttled, for each request' },
    json,
    verbose,
  ],
  foreign: [
    foreignForce,
    foreignTree,
    [['-o', '--output'], 'Name the file last: od-link download /Reports/report.pdf local.pdf'],
  ],
  examples: [
    ['od-link download /Reports/report.pdf', 'into the current folder'],
    ['od-link download /Reports/a.pdf /Reports/b.pdf ~/Documents/', 'several, into a folder'],
    ['od-link download /Reports/report.pdf latest.pdf --on-conflict replace', 'under another name'],
    ['od-link download /Backup/shop.sql.gz - | gunzip | psql shop', 'for another program'],
  ],
  notes: [
    'Where <to> is an existing folder or ends with a slash, files go into it under their own names; otherwise one file gets that name; - is standard output. Prints the local path of each file, one per line.',
    'A file appears when it is complete: its size was compared, and its hash where OneDrive has one. Until then it is beside it, in FILE.part, which the same command continues. It keeps the modification time that it has in OneDrive.',
    'For a whole tree of folders, use rclone.',
    'Exit codes: 0 downloaded, 2 local file cannot be written, 3 local file exists, 4 sign in, 8 nothing there, 9 not allowed. When one of several fails, the others are downloaded, and the exit code is that of the first failure.',
  ],
}
