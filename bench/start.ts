import { node, od, row } from './table.ts'

const subjects = {
  '--version': ['--version'],
  '--help': ['--help'],
  'Tab after "od-link mk"': ['__complete', 'bash', 'od-link mk', 'mk'],
  'mkdir --help': ['mkdir', '--help'],
}

/** What od-link costs before it does anything: beside an empty Node. */
export async function start(): Promise<void> {
  for (const [what, args] of Object.entries(subjects))
    await row(what, od(args), 'node -e 0', node(['-e', '0']), '≤ 1.35')
}
