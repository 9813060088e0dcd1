import { type CommanderError, Command as Program } from 'commander'

/**
 * The known words closest to a mistyped one. commander does not export its search, but names what it finds in the error
 * about an unknown command.
 */
export function nearest(word: string, known: readonly string[]): string[] {
  if (known.includes(word)) return [word]
  const bare = (text: string) => text.replace(/^-+/, '')
  const begun = known.filter((one) => bare(word).length >= 3 && one.startsWith(word))
  if (begun.length > 0) return begun
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
    return found?.split(', ').filter((one) => isSlip(word, one)) ?? []
  }
}

/**
 * Whether a word is a slip of the fingers: commander finds words as far apart as `share` and `store`, which nobody takes for
 * each other.
 */
function isSlip(typed: string, known: string): boolean {
  const [word, other] = [typed, known].map((one) => one.replace(/^-+/, '').toLowerCase()) as [string, string]
  const sorted = (text: string) => [...text].sort().join('')
  if (sorted(word) === sorted(other)) return true
  const longest = Math.max(word.length, other.length)
  // Any word of two letters is one letter away from another.
  const allowed = longest >= 7 ? 2 : longest > 2 ? 1 : 0
  return sharedEnds(word, other) >= longest - allowed
}

/** How many characters two words share at their beginning and at their end, each counted once. */
function sharedEnds(one: string, other: string): number {
  const shortest = Math.min(one.length, other.length)
  let before = 0
  while (before < shortest && one[before] === other[before]) before += 1
  let after = 0
  while (after < shortest - before && one.at(-1 - after) === other.at(-1 - after)) after += 1
  return before + after
}

/** A hint that asks, as `Did you mean --account?`; without a suggestion, the other hint. */
export function didYouMean(suggested: readonly string[], otherwise: string): string {
  return suggested.length > 0 ? `Did you mean ${alternatives(suggested)}?` : otherwise
}

/** `fail, rename or reuse` */
export function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
