import type { Command } from '../../cli/command.ts'
import { account, json, maxWait, verbose } from '../shared/options.ts'

export const share: Command = {
  group: 'Folders and files',
  summary: 'create a link to a file or folder',
  aliases: ['link', 'publish', 'invite'],
  changes: true,
  positional: [{ name: 'path', takes: 'item' }],
  options: [
    { name: 'edit', help: 'whoever has the link may change the file or folder' },
    { name: 'anyone', conflicts: ['organization'], help: 'for anyone who has the link' },
    { name: 'organization', help: 'for people in your organization' },
    { name: 'expires', value: 'DATE', help: 'when the link ends: 2027-01-31, or 30d, 12h' },
    account,
    maxWait,
    json,
    verbose,
  ],
  examples: [
    ['od-link share /Reports/report.pdf', 'for whom your organization shares by default'],
    ['od-link share /Reports --edit --organization', 'colleagues can change what is in the folder'],
    ['od-link share /Reports/report.pdf --anyone --expires 30d', 'for anyone, for 30 days'],
  ],
  notes: [
    'Prints the URL; who can open it is said on stderr. The same link is not created twice. Organizations may forbid links for anyone, or give all links an end.',
    'Exit codes: 0 shared, 4 sign in, 8 nothing there, 9 not allowed.',
  ],
}
