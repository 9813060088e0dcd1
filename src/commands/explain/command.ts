import type { Command } from '../../cli/command.ts'
import { json } from '../shared/options.ts'

export const explain: Command = {
  group: 'Trouble',
  summary: 'explain a Microsoft error code and how to fix it',
  positional: [{ name: 'code', takes: 'code', optional: true, repeated: true }],
  options: [json],
  examples: [
    ['od-link explain AADSTS700016', 'a sign-in code; 700016 works as well'],
    ['od-link explain accessDenied', 'a Microsoft Graph code'],
    ['od-link explain - < error.txt', 'every code in a text'],
    ['od-link explain', 'all codes that od-link knows'],
  ],
  notes: [
    'Works offline, with the explanations that od-link shows when it gets the code. Exit codes: 0 explained, 2 no code found, 8 no code is known.',
  ],
}
