import type { Command } from '../../cli/command.ts'
import { account, json, maxWait, verbose } from '../shared/options.ts'

export const open: Command = {
  group: 'Folders and files',
  summary: 'open a file or folder in the browser',
  aliases: ['browse', 'view', 'web', 'start'],
  positional: [{ name: 'path', takes: 'item', optional: true }],
  options: [account, maxWait, json, verbose],
  examples: [
    ['od-link open /Reports', 'open a folder'],
    ['od-link open /Reports/report.docx | cat', 'only print the URL'],
  ],
  notes: [
    'Prints the URL. A browser is opened where a person would see it: not in a pipe, over SSH, or without a display. OD_LINK_BROWSER names the command that opens it; "none" opens none.',
    'Exit codes: 0 found, 4 sign in, 8 nothing there.',
  ],
}
