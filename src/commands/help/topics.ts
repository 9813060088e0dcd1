import type { Block } from '../../cli/command.ts'
import { commonVariables, hookVariables, ownVariables } from './environment.ts'
import { errorKindRows, exitCodeRows } from './exit-codes.ts'
import { reasonBlocks } from './reasons.ts'

/** A page about more than one command. The help, the manual page and docs/reference.md show the same. */
export interface Topic {
  summary: string
  blocks: readonly Block[]
}

/** The fields of an error in JSON, in their order; those that are not known are left out. */
export const errorFields = ['kind', 'reason', 'message', 'hint', 'exitCode', 'code', 'requestId'] as const

export const topics = {
  'exit-codes': {
    summary: 'what a script can tell from the exit code',
    blocks: [
      { rows: exitCodeRows },
      'A command that changed something keeps its exit code, even when its output is lost. For one that only prints, losing the output is a failure (1). A reader that has seen enough, as in ... | head -1, is never one.',
      'With --json an error is one object, the only thing on standard error. Its "kind" is the exit code as a word:',
      { rows: errorKindRows },
      'Its "reason" is more precise, a word from a fixed list:',
      { code: ['od-link help reasons'] },
    ],
  },
  reasons: {
    summary: 'the reasons in JSON errors, and what each means',
    blocks: [
      'With --json an error has a "reason": one of these words, or its "kind" where none of them fits. Branch on these words, not on the message: messages may change in any version, the words keep their meaning, and new ones may be added. Each stands below the kind that it usually comes with.',
      ...reasonBlocks,
    ],
  },
  environment: {
    summary: 'the environment variables that od-link reads',
    blocks: [
      'Options override the environment, and the environment overrides saved settings (od-link config).',
      { rows: ownVariables },
      'The command in OD_LINK_ON_SIGNIN_NEEDED gets these variables, and never a token:',
      { rows: hookVariables },
      'Common variables. Those of the proxy also work in lower case:',
      { rows: commonVariables },
    ],
  },
  scripts: {
    summary: 'how to use od-link in scripts, from cron and in pipes',
    blocks: [
      'Data goes to standard output, messages go to standard error, and the exit code says how it went. mkdir never prompts and never starts a sign-in, so a script never waits for a person who is not there.',
      {
        code: [
          'od-link mkdir -p "/Backups/$(uname -n)/$(date +%F)"',
          'case $? in',
          '  0) ;;             # it exists, created now or before',
          '  4) echo "sign in again: od-link login" >&2; exit 1 ;;',
          '  6|7) exit 75 ;;   # Microsoft or the network is busy: later',
          '  *) exit 1 ;;      # od-link has said why',
          'esac',
        ],
      },
      `mkdir prints the path of each folder, one per line. With --json results are JSON on standard output, and an error is one object, the only thing on standard error: {"error": {${errorFields.map((name) => `"${name}"`).join(', ')}}}.`,
      'Any number of scripts may run side by side: one of them renews the link, and the others use what it saved. When Microsoft is busy, od-link waits up to 120 seconds in total; --max-wait changes that.',
      'With several accounts, each script names its own: --account NAME or OD_LINK_ACCOUNT. Cron jobs may not be able to use the keychain. This starts od-link as cron would, and prints the line for your crontab:',
      { code: ['od-link doctor --cron'] },
      'When Microsoft ends a link, a person has to sign in again. This notifies you once, however many jobs fail:',
      {
        code: [
          'export OD_LINK_ON_SIGNIN_NEEDED=\'echo "$OD_LINK_REASON" |',
          '  mail -s "od-link login: $OD_LINK_ACCOUNT" me\'',
        ],
      },
      'To test a script without an account, run it against od-link sandbox.',
    ],
  },
} as const satisfies Record<string, Topic>

export type TopicName = keyof typeof topics
