import type { Command } from '../../cli/command.ts'

export const help: Command = {
  group: 'Trouble',
  summary: 'show help for a command or a topic',
  aliases: ['man'],
  positional: [{ name: 'topic', takes: 'topic', optional: true }],
  options: [],
  examples: [
    ['od-link help', 'all commands and topics'],
    ['od-link help mkdir', 'the same as od-link mkdir --help'],
    ['od-link help exit-codes', 'what a script can tell from the exit code'],
  ],
}
