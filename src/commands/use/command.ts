import type { Command } from '../../cli/command.ts'
import { json } from '../shared/options.ts'

export const use: Command = {
  group: 'Link',
  summary: 'choose the account that commands use without --account',
  aliases: ['switch'],
  changes: true,
  positional: [{ name: 'account', takes: 'account' }],
  options: [json],
  examples: [['od-link use work', 'by short name, email address or ID']],
}
