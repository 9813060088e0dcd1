/* What can go wrong on the way to Microsoft, in an answer, or with this machine's clock. */

/** The effect of a failure on a program, which decides what od-link promises: see promises.ts. */
export type Trouble =
  | 'no connection'
  | 'no answer'
  | 'not readable'
  | 'busy'
  | 'not authorized'
  | 'forbidden'
  | 'read-only'
  | 'clock is wrong'

interface Weather {
  is: Trouble
  /** The address of `localhost` from this request on; null for none. See way.ts. */
  localhost?: string | null
  /** The effect in the sandbox: `POST weather` of its control API. */
  effect?: () => object
  /** How far this machine's clock is ahead of Microsoft's, in seconds. */
  clockAhead?: number
}

const day = 24 * 60 * 60
const busy = (status: number, retryAfter?: () => string): Weather => ({
  is: 'busy',
  effect: () => ({ status, ...(retryAfter ? { headers: { 'retry-after': retryAfter() } } : {}) }),
})
const page = { contentType: 'text/html', body: '<html><title>Sign in to the network</title></html>' }

/** Source: onedrive-api-docs#1929. */
const readOnly = {
  error: {
    code: 'accessDenied',
    message: 'Database Is Read Only.',
    innerError: { code: 'serviceReadOnly' },
  },
}

export const weathers = {
  'connection refused': { is: 'no connection', localhost: '127.0.0.9' },
  // A multicast address: TCP cannot connect there, and the kernel reports ENETUNREACH.
  'no route': { is: 'no connection', localhost: '224.0.0.1' },
  // A listener with a full queue: the kernel drops connection requests.
  'black hole': { is: 'no connection', localhost: '127.0.0.8' },
  'DNS failure': { is: 'no connection', localhost: null },
  'hang before headers': { is: 'no answer', effect: () => ({ hang: 'headers' }) },
  'hang in the body': { is: 'no answer', effect: () => ({ hang: 'body' }) },
  'reset before processing': { is: 'no answer', effect: () => ({ reset: true }) },
  'reset after processing': { is: 'no answer', effect: () => ({ lost: true }) },
  'truncated answer': { is: 'not readable', effect: () => ({ truncate: true }) },
  'HTML with status 200': { is: 'not readable', effect: () => ({ status: 200, ...page }) },
  'empty answer with status 200': { is: 'not readable', effect: () => ({ status: 200, body: '' }) },
  '408': busy(408),
  '429, seconds': busy(429, () => '1'),
  '429, a date': busy(429, () => new Date(Date.now() + 2_000).toUTCString()),
  '429, a decimal': busy(429, () => '0.249'),
  '429, zero': busy(429, () => '0'),
  '429, no Retry-After': busy(429),
  '500': busy(500),
  '502': busy(502),
  '503': busy(503, () => '1'),
  '504': busy(504),
  '401': { is: 'not authorized', effect: () => ({ status: 401 }) },
  '403': { is: 'forbidden', effect: () => ({ status: 403 }) },
  '403, read-only': { is: 'read-only', effect: () => ({ status: 403, body: readOnly }) },
  'clock a day ahead': { is: 'clock is wrong', clockAhead: day },
  'clock a day behind': { is: 'clock is wrong', clockAhead: -day },
} as const satisfies Record<string, Weather>

export type WeatherName = keyof typeof weathers
export const weatherNames = Object.keys(weathers) as WeatherName[]

/** The failure with that name, with its optional properties. */
export const weatherOf = (name: WeatherName): Weather => weathers[name]
