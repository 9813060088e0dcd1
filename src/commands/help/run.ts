import type { Arguments } from '../../cli/command.ts'
import { nearest } from '../../cli/nearest.ts'
import { OdLinkError } from '../../errors.ts'
import { print } from '../../terminal/index.ts'
import { type CommandName, commands } from '../index.ts'
import { helpFor, topicHelp } from './overview.ts'
import { type TopicName, topics } from './topics.ts'

/** `od-link help [topic]`: the help of od-link, of a command, or of what is not about one command. */
export async function run({ positional: [name] }: Arguments): Promise<void> {
  for (const line of linesOn(name)) print(line)
}

function linesOn(name: string | undefined): string[] {
  if (name === undefined || Object.hasOwn(commands, name)) return helpFor(name as CommandName | undefined)
  if (Object.hasOwn(topics, name)) return topicHelp(name as TopicName)
  const near = nearest(name, [...Object.keys(commands), ...Object.keys(topics)])
  throw new OdLinkError('usage', `There is no help on "${name}".`, {
    hint: `od-link help${near ? ` ${near}` : ''}`,
  })
}
