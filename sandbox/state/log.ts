/** The log entry of a request. It never contains a whole token, code or secret. */
export interface LogEntry {
  /** ISO 8601, by the sandbox's clock. */
  time: string
  method: string
  /** Path and query, with secrets shortened. */
  path: string
  /** The status sent, or what happened instead of an answer; `null` while in progress. */
  status: number | 'lost' | 'reset' | 'hanging' | null
  kind: 'authorize' | 'token' | 'devicecode' | 'discovery' | 'keys' | 'graph' | 'content' | 'page' | 'unknown'
  grant?: string
  username?: string
  userAgent?: string
  clientRequestId?: string
  /** Whether it was part of a batch. */
  inBatch?: true
  /** Whether the weather changed the answer. */
  weather?: true
}

const bound = 20_000

const secretNames =
  /^(access_token|client_secret|client_assertion|code|code_challenge|code_verifier|device_code|id_token_hint|nonce|password|refresh_token|state|session_state)$/i
const suspiciousLength = 48

/** The requests so far, oldest first; beyond a limit the oldest are dropped. */
export class RequestLog {
  #entries: LogEntry[] = []
  /** The number of all requests, including those dropped or cleared. */
  total = 0

  add(entry: LogEntry): void {
    this.total++
    this.#entries.push(entry)
    if (this.#entries.length > bound) this.#entries.splice(0, bound / 10)
  }

  entries(): readonly LogEntry[] {
    return this.#entries
  }

  clear(): void {
    this.#entries = []
  }
}

/**
 * The target of a request, with every value shortened that is a secret by its name or looks like one by its
 * length.
 */
export function shortenSecrets(path: string, query: string): string {
  if (query === '') return path
  const pairs = query.split('&').map((pair) => {
    const equals = pair.indexOf('=')
    if (equals < 0) return pair
    const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)]
    const long = value.length > suspiciousLength && !/^(scope|redirect_uri|\$select|\$skiptoken)$/i.test(name)
    return secretNames.test(name) || long ? `${name}=${value.slice(0, 4)}…` : pair
  })
  return `${path}?${pairs.join('&')}`
}
