import type { Command } from '../../cli/command.ts'
import { cloudNames, json, listen, scope, tenant, verbose } from '../shared/options.ts'

export const setup: Command = {
  group: 'Link',
  summary: 'register an app with Microsoft, test it, and save it',
  aliases: ['init', 'configure', 'register'],
  changes: true,
  positional: [],
  options: [
    {
      name: 'client-id',
      value: 'ID',
      help: 'the Application (client) ID; then only the secret of a web app is asked for',
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
    listen,
    scope,
    { name: 'steps', conflicts: ['az'], help: 'only print the steps in the portal' },
    {
      name: 'admin-link',
      conflicts: ['az', 'steps'],
      help: 'only print the URL with which an administrator approves the app',
    },
    { name: 'az', help: 'only print the Azure CLI command for a new registration' },
    { name: 'no-login', help: 'save without testing' },
    { name: 'device', conflicts: ['no-browser'], help: 'test with a device code, entered on any device' },
    { name: 'no-browser', help: 'print the URL without opening a browser' },
    { name: 'timeout', value: 'SECONDS', default: '300', help: 'how long to wait for the sign-in' },
    json,
    verbose,
  ],
  examples: [
    [
      'od-link setup',
      'asks a few questions, walks you through the portal, signs you in, and saves the app and the link',
    ],
    ['od-link setup --client-id 11111111-2222-3333-4444-555555555555', 'use an existing app'],
    ['od-link setup --kind web --client-id ID < secret.txt', 'a secret is never an argument'],
    ['od-link setup --admin-link', 'for an organisation that wants to approve apps first'],
    ['id=$(sh -c "$(od-link setup --az)")', 'let the Azure CLI create the registration'],
  ],
  notes: [
    'A personal account without a directory can no longer register an app. The steps say what to do instead.',
  ],
}
