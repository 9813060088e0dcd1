import type { Command } from '../../cli/command.ts'
import { account, json, verbose } from '../shared/options.ts'

export const store: Command = {
  group: 'Settings',
  summary: 'move links to another store',
  positional: [{ name: 'action', choices: ['move'] }],
  options: [
    {
      name: 'to',
      value: 'STORE',
      offers: ['keychain', 'file', 'helper:'],
      required: true,
      help: 'where to: keychain, file or helper:NAME',
    },
    account,
    json,
    verbose,
  ],
  examples: [
    ['od-link store move --to helper:pass', 'keep all links, now and later, in pass'],
    ['od-link store move --to file --account work', 'that link alone'],
  ],
  notes: [
    'A link is written and read back there before it is removed here. helper:NAME runs docker-credential-NAME.',
  ],
}
