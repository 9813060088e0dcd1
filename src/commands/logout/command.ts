import type { Command } from '../../cli/command.ts'
import { json, verbose } from '../shared/options.ts'

export const logout: Command = {
  group: 'Link',
  summary: 'remove a link and its tokens from this machine',
  aliases: ['signout', 'sign-out', 'unlink'],
  changes: true,
  positional: [{ name: 'account', takes: 'account', optional: true }],
  options: [{ name: 'all', help: 'remove every link' }, json, verbose],
  examples: [
    ['od-link logout', 'remove the default link'],
    ['od-link logout work', 'remove the link with that name'],
    ['od-link logout --all', 'remove every link'],
  ],
}
