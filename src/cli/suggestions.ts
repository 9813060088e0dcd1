import { type CommanderError, Command as Program } from 'commander'

/**
 * The known words closest to a mistyped one. commander does not export its search, but names what it finds in the error
 * about an unknown command.
 */
export function nearest(word: string, known: readonly string[]): string[] {
  if (known.includes(word)) return [word]
  const program = new Program()
    .exitOverride()
    .helpCommand(false)
    .configureOutput({ writeErr() {} })
  for (const name of known) program.command(name)
  try {
    program.parse(['--', word], { from: 'user' })
    return []
  } catch (error) {
    const [, found] = /\(Did you mean (?:one of )?(.*)\?\)$/.exec((error as CommanderError).message) ?? []
    return found?.split(', ') ?? []
  }
}

/** A hint that asks, as `Did you mean --account?`; without a suggestion, the other hint. */
export function didYouMean(suggested: readonly string[], otherwise: string): string {
  return suggested.length > 0 ? `Did you mean ${alternatives(suggested)}?` : otherwise
}

/** `fail, rename or reuse` */
export function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
