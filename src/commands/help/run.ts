import type { Arguments } from '../../cli/command.ts'
import { helpPage } from '../../cli/command-line.ts'
import { meantVerbs } from '../../cli/unknown-words.ts'
import { OdLinkError } from '../../errors.ts'
import { pageStyle, printPage } from '../../terminal/index.ts'
import { commands } from '../index.ts'
import { overview, topicPage } from './overview.ts'
import { type TopicName, topics } from './topics.ts'

/** `od-link help [topic]`: the help for od-link, a command or a topic. */
export async function run({ positional: [name] }: Arguments): Promise<void> {
  printPage(pageOn(name))
}

function pageOn(name: string | undefined): string {
  if (name === undefined) return overview(pageStyle())
  if (Object.hasOwn(commands, name)) return helpPage(commands, name, pageStyle())
  if (Object.hasOwn(topics, name)) return topicPage(name as TopicName, pageStyle())
  const [near] = meantVerbs(commands, name, Object.keys(topics))
  throw new OdLinkError('usage', `There is no command or topic "${name}".`, {
    reason: 'invalid-value',
    hint: ['od-link help', near].filter(Boolean).join(' '),
  })
}
