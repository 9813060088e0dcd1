import type { Command } from '../../cli/command.ts'
import { account, json, verbose } from '../shared/options.ts'

export const status: Command = {
  group: 'Link',
  summary: 'show linked accounts and when each link expires',
  aliases: ['whoami', 'accounts', 'account'],
  positional: [],
  options: [{ name: 'check', help: 'renew each link now and check its drive' }, account, json, verbose],
  examples: [
    ['od-link status', 'show what this machine knows, offline'],
    ['od-link status --check', 'check with Microsoft; exit 4 if a link has expired'],
  ],
  notes: [
    'od-link runs the command in OD_LINK_ON_SIGNIN_NEEDED once when a link ends; OD_LINK_REASON says why.',
  ],
}
