import { type Row, sentence, termOf, versionOption } from '../../cli/command.ts'
import { blockAsText, helpFor, type PageStyle } from '../../cli/help-page.ts'
import { addNames, newProgram } from '../../cli/program.ts'
import { commands } from '../index.ts'
import { exitCodeTable } from './exit-codes.ts'
import { type Topic, type TopicName, topics } from './topics.ts'

/** The help for od-link as a whole: `od-link --help`. */
export function overview(style: PageStyle): string {
  let page = ''
  const program = newProgram(style, (text) => {
    page += text
  })
    .usage('<command> [options]')
    .option(termOf(versionOption), versionOption.help)
    .addHelpText(
      'before',
      'Link a terminal to your OneDrive once. Every script can use the link after that.\n',
    )
    .addHelpText('after', () => sections(style))
  addNames(program, commands)
  program.outputHelp()
  return page
}

/** What follows the commands: topics, examples and exit codes. */
function sections(style: PageStyle): string {
  const { title } = style
  const help = helpFor(style)
  const topicRows = Object.entries(topics).map(([name, { summary }]): Row => [name, summary])
  return [
    '',
    title('Topics, for od-link help:'),
    blockAsText({ rows: topicRows }, help),
    '',
    title('Examples:'),
    blockAsText(
      {
        rows: [
          ['$ od-link setup', 'register an app (once), and sign in'],
          ['$ od-link mkdir /Reports 2026', 'create /Reports/2026, from any script'],
          ['$ od-link upload a.pdf /Reports/', 'upload a file into a folder'],
          ['$ od-link demo', 'run the whole flow, without an account'],
        ],
      },
      help,
    ),
    '',
    title('Exit codes:'),
    ...exitCodeTable(4),
  ].join('\n')
}

/** The page of a topic. */
export function topicPage(name: TopicName, style: PageStyle): string {
  const { summary, blocks }: Topic = topics[name]
  const help = helpFor(style)
  return `${[sentence(summary), ...blocks.map((block) => blockAsText(block, help))].join('\n\n')}\n`
}
