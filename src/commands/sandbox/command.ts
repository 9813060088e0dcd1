import type { Command } from '../../cli/command.ts'
import { json } from '../shared/options.ts'

export const sandbox: Command = {
  group: 'Try it',
  summary: 'run a local fake of Microsoft sign-in and OneDrive',
  positional: [],
  options: [
    {
      name: 'port',
      value: 'N',
      default: 'any free port; with --as-microsoft, 443',
      help: 'listen on port N',
    },
    { name: 'users', value: 'FILE', takes: 'file', help: 'JSON file with the accounts to serve' },
    {
      name: 'app',
      value: 'FILE',
      takes: 'file',
      multiple: true,
      help: 'JSON file with app registrations, besides its own two; can be repeated',
    },
    {
      name: 'state',
      value: 'FILE',
      takes: 'file',
      help: 'save the drives in FILE and load them on the next start',
    },
    { name: 'latency', value: 'MS', default: '0', help: 'delay each response by MS milliseconds' },
    { name: 'access-ttl', value: 'SECONDS', help: 'let access tokens expire after SECONDS' },
    {
      name: 'secret',
      value: 'SECRET',
      default: 'random',
      help: 'client secret of its "Web" app registration',
    },
    {
      name: 'sign-in',
      value: 'HOW',
      choices: ['page', 'automatic'],
      default: 'page; with --json, automatic',
      help: 'show sign-in pages, or accept every sign-in',
    },
    {
      name: 'mood',
      value: 'NAME=VALUE',
      multiple: true,
      help: 'how all drives behave, such as existing=200; can be repeated',
    },
    {
      name: 'refusal',
      value: 'NAME',
      multiple: true,
      help: 'refuse requests as Microsoft does, such as serviceReadOnly or AADSTS50076; can be repeated',
    },
    {
      name: 'as-microsoft',
      help: 'answer under Microsoft’s own host names, with https, for programs that know no others',
    },
    {
      name: 'authority-origin',
      value: 'URL',
      help: 'origin of the sign-in in all responses, such as https://login.microsoftonline.us',
    },
    { name: 'graph-origin', value: 'URL', help: 'origin of Graph in all responses' },
    { name: 'tls', help: 'serve https with its own certificate authority' },
    {
      name: 'shell',
      value: 'SHELL',
      choices: ['posix', 'fish', 'powershell'],
      default: 'posix',
      help: 'print the variables for this shell',
    },
    { name: 'quiet', help: 'print only the environment variables' },
    json,
  ],
  examples: [
    ['od-link sandbox', 'print the variables that point od-link at it; run until Ctrl-C'],
    ['od-link sandbox --state drives.json', 'keep the drives between runs'],
    ['sudo od-link sandbox --as-microsoft', 'print the line for /etc/hosts and the certificate to trust'],
    ['od-link sandbox --json', 'print one line with its origin and control token, for scripts'],
  ],
  notes: [
    'The variables include a settings directory that is removed when the sandbox stops, so your own links and settings are not touched. With --json it is "configDir"; set OD_LINK_CONFIG_DIR to it.',
  ],
}
