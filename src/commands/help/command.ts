import type { Command } from '../../cli/command.ts'

export const help: Command = {
  group: 'Trouble',
  summary: 'show the help of a command, or of a topic',
  aliases: ['man'],
  positional: [{ name: 'topic', takes: 'topic', optional: true }],
  options: [],
  examples: [
    ['od-link help', 'all commands and topics'],
    ['od-link help mkdir', 'what od-link mkdir --help shows'],
    ['od-link help exit-codes', 'what a script can tell from the exit code'],
  ],
}
