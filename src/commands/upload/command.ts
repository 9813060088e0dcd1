import type { Command } from '../../cli/command.ts'
import {
  account,
  foreignForce,
  foreignTree,
  jobs,
  json,
  maxWait,
  onConflict,
  parents,
  verbose,
} from '../shared/options.ts'

export const upload: Command = {
  group: 'Folders and files',
  summary: 'upload files',
  aliases: ['put', 'push', 'send', 'cp', 'copy'],
  changes: true,
  positional: [
    { name: 'file', takes: 'file', repeated: true },
    { name: 'to', takes: 'folder', optional: true },
  ],
  options: [
    parents,
    onConflict,
    jobs,
    account,
    { ...maxWait, help: 'seconds to wait when throttled, for each request' },
    json,
    verbose,
  ],
  foreign: [foreignForce, foreignTree],
  examples: [
    ['od-link upload report.pdf', 'to the root'],
    ['od-link upload report.pdf /Reports/', 'into a folder'],
    ['od-link upload -p *.pdf /Reports/2026/', 'several, into a folder that may have to be created'],
    ['od-link upload report.pdf /Reports/latest.pdf --on-conflict replace', 'under another name'],
    ['pg_dump shop | gzip | od-link upload - /Backup/shop.sql.gz', 'what another program writes'],
  ],
  notes: [
    'Where <to> is an existing folder or ends with a slash, files go into it under their own names; otherwise one file gets that name. Prints the path of each file, one per line.',
    'What arrived is compared: its size, and its hash where OneDrive has one. SharePoint changes Office files as it saves them, which is only noted. After a crash, the same command continues a large file where it stopped. Standard input is copied to a temporary file first, because OneDrive wants to know the length.',
    'For a whole tree of folders, use rclone. For a few folders: od-link mkdir --from-file creates them, and upload takes many files for one of them.',
    'Exit codes: 0 uploaded, 2 no such local file, 3 name taken, 4 sign in, 8 no such folder, 9 not allowed, or no space. When one of several fails, the others are uploaded, and the exit code is that of the first failure.',
  ],
}
