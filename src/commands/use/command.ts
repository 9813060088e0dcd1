import type { Command } from '../../cli/command.ts'
import { json } from '../shared/options.ts'

export const use: Command = {
  group: 'Link',
  summary: 'choose the account that commands use without --account, or rename one',
  aliases: ['switch'],
  changes: true,
  positional: [{ name: 'account', takes: 'account' }],
  options: [
    { name: 'rename', value: 'NAME', help: 'only give the account this short name, without a new sign-in' },
    json,
  ],
  examples: [
    ['od-link use work', 'by short name, email address or ID, or the beginning of one'],
    ['od-link use work --rename office', 'from now on: --account office'],
  ],
}
