import type { Command } from '../../cli/command.ts'
import { json } from '../shared/options.ts'

export const explain: Command = {
  group: 'Trouble',
  summary: "tell cause and cure of one of Microsoft's error codes",
  positional: [{ name: 'code', takes: 'code', optional: true, repeated: true }],
  options: [json],
  examples: [
    ['od-link explain AADSTS700016', 'a code of the sign-in; 700016 will do'],
    ['od-link explain accessDenied', 'a code of Microsoft Graph'],
    ['od-link explain - < error.txt', 'every code in a text'],
    ['od-link explain', 'all codes that it knows'],
  ],
  notes: [
    'It asks nobody: the sentences are those that od-link shows when it meets the code. Exit codes: 0 explained, 2 no code in what was given, 8 none of the codes is known.',
  ],
}
