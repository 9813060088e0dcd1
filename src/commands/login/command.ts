import type { Command } from '../../cli/command.ts'
import {
  account,
  cloudNames,
  cloudsInWords,
  json,
  listen,
  scope,
  tenant,
  verbose,
} from '../shared/options.ts'

export const login: Command = {
  group: 'Link',
  summary: 'link a OneDrive: sign in once, in a browser',
  aliases: ['signin', 'sign-in', 'link'],
  changes: true,
  positional: [],
  options: [
    { ...account, help: 'sign this account in again, with the settings of its link' },
    { name: 'client-id', value: 'ID', help: 'the Application (client) ID of your app registration' },
    tenant,
    {
      name: 'cloud',
      value: 'CLOUD',
      offers: cloudNames,
      default: 'global',
      help: cloudsInWords,
    },
    { name: 'device', conflicts: ['no-browser'], help: 'sign in with a device code, entered on any device' },
    { name: 'no-browser', help: 'print the URL without opening a browser' },
    {
      name: 'redirect-uri',
      value: 'URI',
      default: 'any free port',
      help: 'a registered http://localhost[:port][/path]',
    },
    listen,
    scope,
    { name: 'login-hint', value: 'ADDRESS', help: 'the account to sign in, instead of choosing one' },
    {
      name: 'response-mode',
      value: 'MODE',
      choices: ['query', 'form_post'],
      default: 'query',
      help: 'how the browser sends the result back',
    },
    { name: 'as', value: 'NAME', help: 'a short name for this account' },
    {
      name: 'timeout',
      value: 'SECONDS',
      default: '300; for a device code, until it expires',
      help: 'how long to wait for you to sign in',
    },
    json,
    verbose,
  ],
  examples: [
    ['od-link login', 'sign in and link that account'],
    ['od-link login --device', 'sign in with a code, on a phone or another computer'],
    ['od-link login --as work --tenant contoso.com', 'link a work account under a short name'],
    ['od-link login --account work', 'sign in again; its app, tenant and scopes stay as they are'],
    ['od-link login --scope Files.ReadWrite', 'request less access; enough for your own drive'],
    [
      'od-link login --redirect-uri http://localhost:5000/post_onedrive',
      'a "Web" registration with a secret',
    ],
  ],
  notes: [
    'Without --device or --no-browser, login opens your browser if it can. Otherwise (over SSH, in a container) it prints a URL: open it anywhere, sign in, and paste the URL of the last page here.',
  ],
}
