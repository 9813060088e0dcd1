import type { Outcome, Running, RunOptions } from './od-link.ts'
import type { World } from './world.ts'

/** A login that has printed its URL and waits for a browser; the test plays the browser. */
export interface WaitingLogin extends Running {
  /** The URL to open. */
  address: URL
  /** The redirect URI. */
  redirectUri: URL
  port: number
  state: string
  /** Whether it is still running. */
  waits: () => boolean
}

/** Starts `od-link login --no-browser --json` and reads the URL from its first event. */
export async function waitingLogin(
  world: World,
  flags: string[] = [],
  options?: RunOptions,
): Promise<WaitingLogin> {
  const running = world.start(['login', '--no-browser', '--json', ...flags], options)
  const [, line = ''] = await running.seen(/^(\{"event":"open".*\})$/m)
  const address = new URL(JSON.parse(line).address)
  const redirectUri = new URL(address.searchParams.get('redirect_uri') ?? '')
  return {
    ...running,
    address,
    redirectUri,
    port: Number(redirectUri.port),
    state: address.searchParams.get('state') ?? '',
    waits: () => running.child.exitCode === null && running.child.signalCode === null,
  }
}

/** Signs in at the authorize page, and returns the fields that it sends back: code, state and more. */
export async function signInAt(address: URL): Promise<URLSearchParams> {
  const answer = await fetch(address, { redirect: 'manual' })
  const text = await answer.text()
  const location = answer.headers.get('location')
  if (location) return new URL(location).searchParams
  const fields = [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)]
  if (fields.length === 0)
    throw new Error(`the sign-in page did not send anyone back: ${answer.status} ${text}`)
  return new URLSearchParams(
    fields.map(([, name = '', value = '']): [string, string] => [plain(name), plain(value)]),
  )
}

/** Unescapes HTML. */
export function plain(html: string): string {
  return html
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
}

/** Goes back to the waiting login as a browser does, and follows it to the last page. */
export async function comeBack(
  { redirectUri }: Pick<WaitingLogin, 'redirectUri'>,
  answer: URLSearchParams,
): Promise<{ address: string; status: number; headers: Headers; page: string }> {
  const response = await toLastPage(`${redirectUri.origin}${redirectUri.pathname}?${answer}`)
  return {
    address: response.url,
    status: response.status,
    headers: response.headers,
    page: await response.text(),
  }
}

/** Follows a URL as browsers do, including redirects and pages that refresh themselves. */
export async function toLastPage(address: string): Promise<Response> {
  const response = await fetch(address)
  const [, next] = /^0; url=(.*)$/.exec(response.headers.get('refresh') ?? '') ?? []
  return next ? toLastPage(new URL(next, response.url).href) : response
}

/** A whole login in which the test plays the browser, which is faster than starting one. */
export async function loginByHand(
  world: World,
  flags: string[] = [],
  options?: RunOptions,
): Promise<Outcome> {
  const running = world.start(['login', '--no-browser', ...flags], options)
  try {
    const [address] = await running.seen(/http:\/\/localhost:\d+\/[^"\s]*authorize[^"\s]*/)
    await (await fetch(address)).text()
  } catch {
    // It ended before it printed a URL, or without a last page: the outcome explains why.
  }
  return running.ended
}

/** Links an account without a browser. */
export async function link(world: World, ...flags: string[]): Promise<void> {
  const { code, stdout, stderr } = await loginByHand(world, flags)
  if (code !== 0) throw new Error(`the login of a test failed:\n${stdout}${stderr}`)
}
