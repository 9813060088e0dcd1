import type { Command } from '../../cli/command.ts'
import { json } from '../shared/options.ts'

export const sandbox: Command = {
  group: 'Try it',
  summary: 'serve a stand-in for Microsoft on this machine',
  positional: [],
  options: [
    { name: 'port', value: 'N', default: 'any free one', help: 'the port' },
    { name: 'users', value: 'FILE', takes: 'file', help: 'the people it knows, as JSON' },
    {
      name: 'state',
      value: 'FILE',
      takes: 'file',
      help: 'keep the drives in this file, from one start to the next',
    },
    { name: 'latency', value: 'MS', default: '0', help: 'how long each answer takes' },
    { name: 'access-ttl', value: 'SECONDS', help: 'how long access tokens live' },
    {
      name: 'secret',
      value: 'SECRET',
      default: 'a random one',
      help: 'the client secret of its "Web" registration',
    },
    {
      name: 'sign-in',
      value: 'HOW',
      choices: ['page', 'automatic'],
      default: 'page; with --json, automatic',
      help: 'ask a person, or agree to everything',
    },
    { name: 'tls', help: 'serve https, with a certificate authority of its own' },
    {
      name: 'shell',
      value: 'SHELL',
      choices: ['posix', 'fish', 'powershell'],
      default: 'posix',
      help: 'the shell that the environment is printed for',
    },
    { name: 'quiet', help: 'print no more than the environment' },
    json,
  ],
  examples: [
    ['od-link sandbox', 'prints the environment that points od-link at it; serves until Ctrl-C'],
    ['od-link sandbox --state drives.json', 'the same drives again tomorrow'],
    ['od-link sandbox --json', 'one line with its origin and control token, for scripts'],
  ],
  notes: [
    'Who has links already sets OD_LINK_CONFIG_DIR to an empty directory first: commands go on using the default account else, which is a real drive.',
  ],
}
