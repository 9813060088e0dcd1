import type { Incoming } from '../server/messages.ts'

/** What can happen to a request. `delayMs` goes with any of the others. */
export interface Effect {
  delayMs?: number
  /** Answer this in place of the truth; with `after`, once the work is done. */
  status?: number
  headers?: Record<string, string>
  body?: unknown
  contentType?: string
  after?: boolean
  /** Do the work, then close the connection without an answer. */
  lost?: boolean
  /** Close the connection before any work. */
  reset?: boolean
  /** Fall silent: before any work, or in the middle of the body. */
  hang?: 'headers' | 'body'
  /** Do the work, and answer half of the body as if it were the whole. */
  truncate?: boolean
  /** Challenge every token that does not carry these claims (a JSON text). */
  claims?: string
}

export interface Rule {
  match?: string
  count?: number
  skip?: number
  effect: Effect
}

interface Standing {
  matches: (line: string) => boolean
  skip: number
  left: number
  effect: Effect
}

/** The rules in force, oldest first; the first that matches a request decides it. */
export class Weather {
  #rules: Standing[] = []

  /** Adds a rule. A challenge holds until it is cleared, since a real one holds until the claims come. */
  add({ match = '', count, skip = 0, effect }: Rule): void {
    const left = count ?? (effect.claims === undefined ? 1 : Number.POSITIVE_INFINITY)
    this.#rules.push({ matches: matcher(match), skip, left, effect })
  }

  clear(): void {
    this.#rules = []
  }

  /** The effect on a request, which uses it up by one. Challenges are not among them: see `challenge`. */
  take(incoming: Incoming): Effect | undefined {
    return this.#use(incoming, (effect) => effect.claims === undefined)
  }

  /** The claims that a request is challenged for, unless its token carries them. */
  challenge(incoming: Incoming, carried: string | undefined): string | undefined {
    return this.#use(incoming, ({ claims }) => claims !== undefined && !carries(carried, claims))?.claims
  }

  #use(incoming: Incoming, applies: (effect: Effect) => boolean): Effect | undefined {
    const line = `${incoming.method} ${incoming.path}`
    for (const rule of this.#rules) {
      if (rule.left <= 0 || !applies(rule.effect) || !rule.matches(line)) continue
      if (rule.skip > 0) {
        rule.skip--
        continue
      }
      rule.left--
      return rule.effect
    }
    return undefined
  }
}

/** A text between slashes is a regular expression, any other a part of `METHOD /path`. */
function matcher(pattern: string): (line: string) => boolean {
  const source = /^\/(.+)\/$/s.exec(pattern)?.[1]
  if (source === undefined) return (line) => line.includes(pattern)
  const expression = new RegExp(source)
  return (line) => expression.test(line)
}

/** Whether the claims a token was asked with hold all that is demanded: a client may have merged them with its own. */
function carries(carried: string | undefined, demanded: string): boolean {
  if (carried === undefined) return false
  try {
    return contains(JSON.parse(carried), JSON.parse(demanded))
  } catch {
    return false
  }
}

function contains(whole: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return whole === part
  if (typeof whole !== 'object' || whole === null) return false
  return Object.entries(part).every(([key, value]) =>
    contains((whole as Record<string, unknown>)[key], value),
  )
}
