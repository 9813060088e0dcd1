import type { Command } from '../../cli/command.ts'
import { account, json, verbose } from '../shared/options.ts'

export const doctor: Command = {
  group: 'Trouble',
  summary: 'find what keeps a link from working, and how to fix it',
  aliases: ['check', 'diagnose'],
  positional: [],
  options: [
    { name: 'cron', help: 'check whether cron jobs can use the link, and print a crontab line' },
    { name: 'offline', help: 'skip what needs the network' },
    account,
    json,
    verbose,
  ],
  examples: [
    ['od-link doctor', 'exit code 0, or that of the first problem'],
    ['od-link doctor --cron', 'start od-link as cron would, and print a crontab line'],
  ],
  notes: [
    'The report contains no tokens, secrets or full email addresses, so it can go into a bug report. The crontab line contains the values of your variables.',
  ],
}
