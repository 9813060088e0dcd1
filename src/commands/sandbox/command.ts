import type { Command } from '../../cli/command.ts'
import { json } from '../shared/options.ts'

export const sandbox: Command = {
  summary: 'serve a stand-in for Microsoft on this machine',
  positional: [],
  options: [
    { name: 'port', value: 'N', help: 'the port (any free one)' },
    { name: 'users', value: 'FILE', takes: 'file', help: 'the people it knows, as JSON' },
    {
      name: 'state',
      value: 'FILE',
      takes: 'file',
      help: 'keep the drives in this file, from one start to the next',
    },
    { name: 'latency', value: 'MS', help: 'how long each answer takes (0)' },
    { name: 'access-ttl', value: 'SECONDS', help: 'how long access tokens live' },
    { name: 'secret', value: 'SECRET', help: 'the client secret of its "Web" registration (a random one)' },
    {
      name: 'sign-in',
      value: 'HOW',
      choices: ['page', 'automatic'],
      help: 'page asks a person, automatic agrees to all (page; with --json automatic)',
    },
    { name: 'tls', help: 'serve https, with a certificate authority of its own' },
    {
      name: 'shell',
      value: 'SHELL',
      choices: ['posix', 'fish', 'powershell'],
      help: 'for whom the environment is printed (posix)',
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
