import type { Command } from '../../cli/command.ts'
import { account, json, verbose } from '../shared/options.ts'

export const status: Command = {
  group: 'Link',
  summary: 'show who is linked, and until when the link lives',
  aliases: ['whoami', 'accounts', 'account'],
  positional: [],
  options: [{ name: 'check', help: 'renew each link now, and look at its drive' }, account, json, verbose],
  examples: [
    ['od-link status', 'show what this machine knows'],
    ['od-link status --check', 'make sure: exit 4 when a link has ended'],
  ],
  notes: [
    'The command in OD_LINK_ON_SIGNIN_NEEDED is run once when Microsoft ends a link; OD_LINK_REASON tells it why.',
  ],
}
