import type { Command } from '../../cli/command.ts'

export const demo: Command = {
  group: 'Try it',
  summary: 'show the whole way against the sandbox, without an account',
  positional: [],
  options: [],
  examples: [['od-link demo', 'link, make folders, outlive an expiry, log out']],
}
