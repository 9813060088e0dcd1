import type { Command } from '../../cli/command.ts'
import { account, json, verbose } from '../shared/options.ts'

export const store: Command = {
  group: 'Settings',
  summary: 'move links to another store',
  changes: true,
  positional: [{ name: 'action', choices: ['move'] }],
  options: [
    {
      name: 'to',
      value: 'STORE',
      offers: ['keychain', 'file', 'encrypted', 'helper:'],
      required: true,
      help: 'the new store: keychain, file, encrypted or helper:NAME',
    },
    account,
    json,
    verbose,
  ],
  examples: [
    ['od-link store move --to helper:pass', 'use pass for all links and for new ones'],
    ['od-link store move --to file --account work', 'only that link'],
  ],
  notes: [
    'Each link is written to the new store and read back before it is removed from the old one. helper:NAME runs docker-credential-NAME.',
    'encrypted saves links in files that only a key opens: the key file in OD_LINK_KEY_FILE, the systemd credential od-link-key, or a passphrase that is asked for at the terminal.',
  ],
}
