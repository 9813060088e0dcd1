import type { Command } from '../../cli/command.ts'
import { cloudNames, json, tenant, verbose } from '../shared/options.ts'

export const setup: Command = {
  group: 'Link',
  summary: 'lead to an app registration, try it out and keep it',
  aliases: ['init', 'configure', 'register'],
  positional: [],
  options: [
    {
      name: 'client-id',
      value: 'ID',
      help: 'the Application (client) ID; with it nothing is asked but the secret of a web app',
    },
    {
      name: 'kind',
      value: 'KIND',
      choices: ['public', 'web'],
      default: 'public',
      help: 'without a client secret, or with one',
    },
    tenant,
    {
      name: 'cloud',
      value: 'CLOUD',
      choices: cloudNames,
      default: 'global',
      help: 'the Microsoft cloud that the app is registered in',
    },
    { name: 'redirect-uri', value: 'URI', default: 'http://localhost', help: 'as it is registered' },
    { name: 'listen', value: 'HOST:PORT', help: 'where a web server passes on what comes to it' },
    { name: 'scope', value: 'SCOPES', default: 'User.Read Files.ReadWrite.All', help: 'what to ask for' },
    { name: 'steps', conflicts: ['az'], help: 'print the steps in the portal, and no more' },
    { name: 'az', help: "print the Azure CLI's command for a new registration, and no more" },
    { name: 'no-login', help: 'save without trying it out' },
    { name: 'device', conflicts: ['no-browser'], help: 'try it out by a code, typed on any device' },
    { name: 'no-browser', help: 'print the address and open nothing' },
    { name: 'timeout', value: 'SECONDS', default: '300', help: 'how long to wait for the browser' },
    json,
    verbose,
  ],
  examples: [
    ['od-link setup', 'in a terminal: asks, leads through the portal, signs you in, keeps app and link'],
    ['od-link setup --client-id 11111111-2222-3333-4444-555555555555', 'the same with an app that you have'],
    ['od-link setup --kind web --client-id ID < secret.txt', 'a secret is never an argument'],
    ['id=$(sh -c "$(od-link setup --az)")', 'let the Azure CLI make the registration'],
  ],
  notes: [
    'A personal account without a directory can no longer register an app; the steps say what to do then.',
  ],
}
