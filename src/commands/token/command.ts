import type { Command } from '../../cli/command.ts'
import { account, json, verbose } from '../shared/options.ts'

export const token: Command = {
  group: 'Link',
  summary: 'print an access token for Microsoft Graph',
  positional: [],
  options: [account, json, verbose],
  examples: [
    ['od-link token --json', 'with its expiry time and account'],
    [
      'curl -H @<(echo "Authorization: Bearer $(od-link token)") "$url"',
      'use it without showing it in the process list',
    ],
  ],
}
