import type { Command } from './command.ts'
import { json } from './options.ts'

export const use: Command = {
  summary: 'choose the account that commands use without --account',
  positional: [{ name: 'account', takes: 'account' }],
  options: [json],
  examples: [['od-link use work', 'by short name, address or id']],
  load: () => import('../commands/use.ts'),
}
