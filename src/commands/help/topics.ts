import type { Block } from '../../cli/command.ts'
import { commonVariables, ownVariables, variablesOfTheEnd } from './environment.ts'
import { errorKindRows, exitCodeRows } from './exit-codes.ts'

/** What is not about one command. The help, the manual page and docs/reference.md show the same. */
export interface Topic {
  summary: string
  blocks: readonly Block[]
}

export const topics = {
  'exit-codes': {
    summary: 'what a script can tell from the exit code',
    blocks: [
      { rows: exitCodeRows },
      'With --json an error is one object, alone on standard error, and its "kind" says the same in a word:',
      { rows: errorKindRows },
    ],
  },
  environment: {
    summary: 'the variables that od-link reads',
    blocks: [
      'Flags win over the environment, and the environment over settings (od-link config).',
      { rows: ownVariables },
      'The command in OD_LINK_ON_SIGNIN_NEEDED finds these, never a token:',
      { rows: variablesOfTheEnd },
      'The usual ones; those of the proxy in small letters, too:',
      { rows: commonVariables },
    ],
  },
  scripts: {
    summary: 'how to use it in scripts, from cron and in pipes',
    blocks: [
      'Standard output is data, standard error is talk, the exit code says how it went, and nothing waits for a person who is not there: mkdir never asks anything and never starts a login.',
      {
        code: [
          'od-link mkdir -p "/Backups/$(uname -n)/$(date +%F)"',
          'case $? in',
          '  0) ;;             # there, made now or before',
          '  4) echo "sign in again: od-link login" >&2; exit 1 ;;',
          '  6|7) exit 75 ;;   # Microsoft or the network is busy: later',
          '  *) exit 1 ;;      # od-link has said why',
          'esac',
        ],
      },
      'mkdir prints the path of each folder, a line each. With --json results are JSON on standard output, and an error is one object, alone on standard error: {"error": {"kind", "message", "hint", "exitCode", "code", "requestId"}}.',
      'Any number of scripts may run side by side: one of them renews the link, and the others use what it saved. A busy server is waited for, 120 seconds at most; --max-wait sets another bound.',
      'With several accounts, each script names its own: --account NAME or OD_LINK_ACCOUNT. From cron the keychain may be out of reach; this starts od-link as cron would, and prints the line for the crontab:',
      { code: ['od-link doctor --cron'] },
      'Microsoft may end a link, and a person has to sign in again then. This tells you once, however many jobs fail:',
      {
        code: [
          'export OD_LINK_ON_SIGNIN_NEEDED=\'echo "$OD_LINK_REASON" |',
          '  mail -s "od-link login: $OD_LINK_ACCOUNT" me\'',
        ],
      },
      'To try a script without an account, let it run against od-link sandbox.',
    ],
  },
} as const satisfies Record<string, Topic>

export type TopicName = keyof typeof topics
