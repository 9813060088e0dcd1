/** What can be bad about the way to Microsoft, about an answer, or about this machine's clock. */

/** What a weather comes to for a program, and so what od-link promises in it: see promises.ts. */
export type Trouble =
  | 'no connection'
  | 'no answer'
  | 'not readable'
  | 'busy'
  | 'not authorized'
  | 'forbidden'
  | 'clock is wrong'

interface Weather {
  is: Trouble
  /** Where the name `localhost` leads from the request on: elsewhere, or (null) nowhere. See way.ts. */
  localhost?: string | null
  /** What the sandbox does with the request: `POST weather` of its control API. */
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

export const weathers = {
  'connection refused': { is: 'no connection', localhost: '127.0.0.9' },
  // A group of many machines: no TCP connection can go there, and the kernel says ENETUNREACH.
  'no route': { is: 'no connection', localhost: '224.0.0.1' },
  // A listener that takes nobody in any more: the kernel drops what asks for a connection.
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
  'clock a day ahead': { is: 'clock is wrong', clockAhead: day },
  'clock a day behind': { is: 'clock is wrong', clockAhead: -day },
} as const satisfies Record<string, Weather>

export type WeatherName = keyof typeof weathers
export const weatherNames = Object.keys(weathers) as WeatherName[]

/** The weather of that name, whatever it is made of. */
export const weatherOf = (name: WeatherName): Weather => weathers[name]
