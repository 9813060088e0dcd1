import type { Command } from '../../cli/command.ts'
import { account, json, verbose } from '../shared/options.ts'

export const doctor: Command = {
  group: 'Trouble',
  summary: 'look for what keeps a link from working, and tell the cure',
  aliases: ['check', 'diagnose'],
  positional: [],
  options: [
    { name: 'cron', help: 'whether it works from cron, and the line for the crontab' },
    { name: 'offline', help: 'leave out what needs the network' },
    account,
    json,
    verbose,
  ],
  examples: [
    ['od-link doctor', 'exit code 0, or that of the first failure'],
    ['od-link doctor --cron', 'start od-link as cron would, and print the line'],
  ],
  notes: [
    'The report holds no token, no secret and no whole mail address: it can go into a bug report. The line of --cron is yours: what you put into variables is in it.',
  ],
}
