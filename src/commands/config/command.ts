import type { Command } from '../../cli/command.ts'
import { cloudsInWords, json } from '../shared/options.ts'

export const config: Command = {
  group: 'Settings',
  summary: 'save the app registration and other settings',
  aliases: ['settings', 'set', 'get'],
  changes: ({ positional: [action] }) => action === 'set' || action === 'unset',
  positional: [
    { name: 'action', choices: ['get', 'set', 'unset', 'list'] },
    { name: 'name', takes: 'setting', optional: true },
    { name: 'value', optional: true },
  ],
  options: [json],
  examples: [
    ['od-link config set client-id 11111111-2222-3333-4444-555555555555', 'your app registration'],
    ['od-link config set client-secret', 'asks without echo, or reads standard input; saved in the store'],
    ['od-link config list', 'saved settings, and any overrides'],
  ],
  notes: [
    'Settings: client-id, client-secret, tenant, cloud, redirect-uri, listen, scope, store.',
    `Clouds: ${cloudsInWords}. What each setting means: od-link help environment.`,
  ],
}
