import { parseArgs } from 'node:util'
import { type Arguments, type Command, type CommandName, commands, type Option } from './cli.ts'
import { OdLinkError } from './errors.ts'

export interface Parsed {
  command: Command
  args: Arguments
}

/**
 * Reads the command line. What is plainly right is read by Node itself, which is there anyway; for help, and for
 * mistakes that deserve a suggestion, commander is loaded (it takes 9 ms, which a script in a loop would feel).
 * @param argv without node and the script.
 * @returns what to run, or nothing when help or the version was printed.
 * @throws OdLinkError (usage), with the nearest match where there is one.
 */
export async function parseCommandLine(argv: string[]): Promise<Parsed | undefined> {
  return parsePlainly(argv) ?? parseWithCommander(argv)
}

function isCommand(name: string | undefined): name is CommandName {
  return name !== undefined && Object.hasOwn(commands, name)
}

function parsePlainly([name, ...args]: string[]): Parsed | undefined {
  if (!isCommand(name)) return undefined
  const command: Command = commands[name]
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: Object.fromEntries(
        command.options.map(({ name, short, value }) => [
          name,
          { type: value ? ('string' as const) : ('boolean' as const), ...(short ? { short } : {}) },
        ]),
      ),
    })
    const [least, most] = command.arity
    const fits = positionals.length >= least && positionals.length <= most
    const chosen = command.options.every((option) => isChoice(option, values[option.name]))
    return fits && chosen ? { command, args: { positional: positionals, options: values } } : undefined
  } catch {
    return undefined
  }
}

function isChoice({ choices }: Option, value: unknown): boolean {
  return !choices || value === undefined || choices.includes(String(value))
}

async function parseWithCommander(argv: string[]): Promise<Parsed | undefined> {
  const { Command: Program, CommanderError, Option: ProgramOption } = await import('commander')
  const { version } = await import('../package.json')
  let parsed: Parsed | undefined

  const prepare = (program: InstanceType<typeof Program>) =>
    program
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
      .helpOption('-h, --help', 'show this help')
      .allowExcessArguments(false)

  const program = prepare(new Program('od-link'))
    .description('Links a terminal to your OneDrive once; every script after that can use the link.')
    .version(version, '-V, --version', 'show the version')
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText('after', programNotes)

  for (const [name, command] of Object.entries<Command>(commands)) {
    const sub = prepare(program.command(name))
      .summary(command.summary)
      .description(`${capital(command.summary)}.`)
    for (const argument of command.usage.split(' ').filter(Boolean)) {
      sub.argument(argument.replace(/\.\.\.(?=[>\]])/, '...'))
    }
    for (const { name, short, value, choices, help } of command.options) {
      const flags = `${short ? `-${short}, ` : ''}--${name}${value ? ` <${value}>` : ''}`
      // `--no-…` is a name like any other here, not a negation.
      const option = new ProgramOption(flags, help)
      if (choices) option.choices(choices)
      sub.addOption(option)
    }
    sub.addHelpText('after', notesOf(command))
    sub.action(() => {
      const typed = sub.opts() as Record<string, string | boolean | undefined>
      const options = Object.fromEntries(
        command.options.map(({ name }) => [
          name,
          name.startsWith('no-') ? typed[camel(name.slice(3))] === false : typed[camel(name)],
        ]),
      )
      parsed = { command, args: { positional: sub.args, options } }
    })
  }

  try {
    if (argv.length === 0) program.outputHelp()
    else await program.parseAsync(argv, { from: 'user' })
    return parsed
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return undefined
    const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n')
    const [, near] = /Did you mean (.+)\?/.exec(suggestion ?? '') ?? []
    throw new OdLinkError('usage', `${capital(message)}.`, {
      hint: near ? `Did you mean ${near}?` : `od-link ${isCommand(argv[0]) ? `${argv[0]} ` : ''}--help`,
    })
  }
}

const programNotes = `
Examples:
  $ od-link login                      sign in once, in the browser
  $ od-link mkdir /Reports 2026        make a folder, from any script
  $ od-link demo                       see it all without an account

Exit codes: 0 done · 1 fault · 2 usage · 3 name taken · 4 sign in · 5 keychain
            6 Microsoft busy · 7 network · 8 no such folder · 9 not allowed · 130 interrupted`

function notesOf({ examples, notes }: Command): string {
  const lines = examples.map(([command, effect]) =>
    command.length > 48 ? `  $ ${command}\n      ${effect}` : `  $ ${command.padEnd(50)}${effect}`,
  )
  return `\nExamples:\n${lines.join('\n')}${notes ? `\n\n${notes}` : ''}`
}

function camel(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
