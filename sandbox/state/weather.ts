import type { Incoming } from '../server/messages.ts'

/** What can happen to a request. `delayMs` can be combined with any other effect. */
export interface Effect {
  delayMs?: number
  /** Send this instead of the real answer; with `after`, once the request has been carried out. */
  status?: number
  headers?: Record<string, string>
  body?: unknown
  contentType?: string
  after?: boolean
  /** The name of a refusal that other programs met; it brings its status. */
  refusal?: string
  /** Carry out the request, then close the connection without an answer. */
  lost?: boolean
  /** Close the connection without carrying out the request. */
  reset?: boolean
  /** Send nothing more: before carrying out the request, or in the middle of the body. */
  hang?: 'headers' | 'body'
  /** Carry out the request, and send half of the body as if it were complete. */
  truncate?: boolean
  /** Challenge every token that lacks these claims (a JSON string). */
  claims?: string
}

export interface Rule {
  match?: string
  count?: number
  skip?: number
  effect: Effect
}

interface ActiveRule {
  matches: (line: string) => boolean
  skip: number
  left: number
  effect: Effect
}

/** The active rules, oldest first; the first match applies. */
export class Weather {
  #rules: ActiveRule[] = []

  /** Adds a rule. A challenge stays until it is cleared, since a real one lasts until the claims are sent. */
  add({ match = '', count, skip = 0, effect }: Rule): void {
    const left = count ?? (effect.claims === undefined ? 1 : Number.POSITIVE_INFINITY)
    this.#rules.push({ matches: matcher(match), skip, left, effect })
  }

  clear(): void {
    this.#rules = []
  }

  /** The effect on a request, which counts as one use of its rule. For challenges see `challenge`. */
  take(incoming: Incoming): Effect | undefined {
    return this.#use(incoming, (effect) => effect.claims === undefined)
  }

  /** The claims that a request is challenged for, unless its token has them. */
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

/** A pattern between slashes is a regular expression, any other a substring of `METHOD /path`. */
function matcher(pattern: string): (line: string) => boolean {
  const source = /^\/(.+)\/$/s.exec(pattern)?.[1]
  if (source === undefined) return (line) => line.includes(pattern)
  const expression = new RegExp(source)
  return (line) => expression.test(line)
}

/**
 * Whether the claims of a token request contain all demanded ones: a client may have merged them with its
 * own.
 */
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
