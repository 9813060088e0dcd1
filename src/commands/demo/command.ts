import type { Command } from '../../cli/command.ts'

export const demo: Command = {
  group: 'Try it',
  summary: 'run the whole flow against the sandbox; no account needed',
  positional: [],
  options: [],
  examples: [['od-link demo', 'link, create folders, renew an expired token, unlink']],
}
