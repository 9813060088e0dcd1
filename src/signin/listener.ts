import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { isForwarded, type Redirect, registeredUri } from '../registration/redirect-uri.ts'
import { readUpTo } from '../system/read-up-to.ts'
import { untilWallClock } from '../system/wall-clock.ts'
import { type Expected, isTrueAnswer } from './authorization-response.ts'
import { answer, guardServers, type Obstacle } from './guarded-server.ts'
import { bindLoopback } from './loopback.ts'
import { waitingPage } from './result-page.ts'
import { newStartAddress, type StartAddress } from './start-address.ts'

/**
 * The temporary listener for the redirect (RFC 8252 section 7.3). Every page in the browser and every program on the
 * machine can connect to it, so it responds only to its own requests, repeats nothing that it was sent, and only the true
 * response ends the wait.
 */
export interface Listener {
  /** What is sent as `redirect_uri`, with the port that is listened on. */
  readonly redirectUri: string
  /** The port that is listened on. */
  readonly port: number
  /** A local URL that leads to the authorize page once, for where others could read the page's own URL. */
  startAddress: (authorizeUrl: string) => string
  /**
   * Waits for the response of the authorize page. The browser that brought it is kept waiting until `conclude`; when
   * that takes longer than a moment, on a page that says so.
   * @param deadline milliseconds since the epoch, by the wall clock: suspending the machine does not extend it.
   * @returns undefined when none came before the deadline.
   */
  waitForAnswer: (expected: Expected, deadline: number) => Promise<URLSearchParams | undefined>
  /** Shows the page, at a URL without the code, to the browser that brought the response; then closes. */
  conclude: (html: string) => Promise<void>
  /** Frees the port at once. */
  close: () => void
}

const maxBodyBytes = 16 * 1024
/** Saving a link takes less than this, unless a keychain has to be unlocked or Microsoft is slow. */
const momentMs = 2_000
/** How long the browser has to fetch the last page; after that, od-link exits without it. */
const lastPageMs = 500
/** The same for a browser that is about to leave the waiting page. */
const lastPageAfterWaitingMs = 1_500

/**
 * @param onObstacle called once with a sentence, when a browser cannot reach the listener as it tries to.
 * @throws OdLinkError (usage) when the port of the redirect URI is not available, NoLoopback when none is.
 */
export async function startListener(
  redirect: Redirect,
  onObstacle: (problem: string) => void = () => {},
): Promise<Listener> {
  const callbackPath = redirect.path || '/'
  const resultKey = randomBytes(16).toString('base64url')
  // A web server may forward only the exact path of the redirect URI.
  const target = (what: string) =>
    isForwarded(redirect) ? `${callbackPath}?${what}=${resultKey}` : `/${what}/${resultKey}`
  const [waitingTarget, resultTarget] = [target('waiting'), target('result')]
  const accepted = deferred<URLSearchParams>()
  const page = deferred<string>()
  const pageSeen = deferred<void>()
  let expected: Expected | undefined
  let start: StartAddress | undefined
  let answered = false
  let someoneWaits = false
  /** How many browsers brought the true response and have not seen the page yet. */
  let toBeShown = 0

  let hasObstacle = false
  const guard = guardServers(
    (request, response) => {
      receive(request, response).catch(() => response.destroy())
    },
    (obstacle) => {
      // Once: anybody on this machine can send such requests.
      if (!hasObstacle && !answered) onObstacle(obstacles[obstacle])
      hasObstacle = true
    },
  )
  const { port, servers } = await bindLoopback(guard.newServer, redirect.listen)
  // Behind a web server, the port is the URI's.
  const sentPort = isForwarded(redirect) ? redirect.port : port
  const isOwnHost = hostCheck(redirect, sentPort)
  const close = () => {
    for (const server of servers) server.close()
    guard.cutOff()
  }
  return {
    redirectUri: registeredUri({ ...redirect, port: sentPort }),
    port,
    startAddress(authorizeUrl) {
      start = newStartAddress(redirect.listen.host, port, authorizeUrl)
      return start.address
    },
    async waitForAnswer(what, deadline) {
      expected = what
      return Promise.race([accepted.promise, untilWallClock(deadline, false).then(() => undefined)])
    },
    async conclude(html) {
      page.resolve(html)
      const longestMs = someoneWaits ? lastPageAfterWaitingMs : lastPageMs
      if (toBeShown > 0) await Promise.race([pageSeen.promise, sleep(longestMs)])
      close()
    },
    close,
  }

  /** Checks in the order in which a request of someone else shows itself: host, path, method, content, state. */
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (start?.isFor(request)) return start.sendOn(request, response)
    if (!isOwnHost(request)) return answer(response, 400)
    const [path, query, ...more] = (request.url ?? '').split('?')
    if (answered && (request.url === waitingTarget || request.url === resultTarget)) {
      if (request.method !== 'GET') return answer(response, 405, { headers: { allow: 'GET' } })
      return request.url === resultTarget ? showPage(request, response) : showWaiting(response)
    }
    if (path !== callbackPath) return answer(response, 404)
    if (request.method !== 'GET' && request.method !== 'POST') {
      return answer(response, 405, { headers: { allow: 'GET, POST' } })
    }
    if (more.length > 0) return answer(response, 400)
    const sent = request.method === 'GET' ? { text: query ?? '' } : await readForm(request, query)
    if ('status' in sent) return answer(response, sent.status)
    const parameters = new URLSearchParams(sent.text)
    if (!expected || !isTrueAnswer(parameters, expected)) return answer(response, 400)
    // It may come again (a reload, a prefetch, a second tab): the first one counts, and all see its page.
    answered = true
    guard.hold(request)
    toBeShown += 1
    accepted.resolve(parameters)
    const outcome = await Promise.race([page.promise, sleep(momentMs, undefined, { ref: false })])
    answer(response, 303, { headers: { location: outcome === undefined ? waitingTarget : resultTarget } })
  }

  /** Browsers show a page until the next one responds, so this one stays until the outcome is known. */
  function showWaiting(response: ServerResponse): void {
    someoneWaits = true
    answer(response, 200, {
      html: waitingPage(resultTarget),
      headers: { refresh: `0; url=${resultTarget}` },
    })
  }

  async function showPage(request: IncomingMessage, response: ServerResponse): Promise<void> {
    guard.hold(request)
    response.on('close', () => {
      toBeShown -= 1
      if (toBeShown <= 0) pageSeen.resolve()
    })
    answer(response, 200, { html: await page.promise })
  }
}

/**
 * Exactly one Host header, with the redirect URI's host: a name that was rebound to loopback (DNS rebinding) is not ours. A
 * web server has to forward the Host; what it says in other headers is ignored.
 */
function hostCheck({ scheme, host }: Redirect, port: number | undefined) {
  const usual = scheme === 'https' ? 443 : 80
  const accepted = [`${host}:${port ?? usual}`, ...((port ?? usual) === usual ? [host] : [])]
  return (request: IncomingMessage) => {
    const hosts = request.rawHeaders.filter(
      (_, index, all) => index % 2 === 1 && all[index - 1]?.toLowerCase() === 'host',
    )
    return hosts.length === 1 && accepted.includes((hosts[0] ?? '').toLowerCase())
  }
}

/** The body of a `form_post`, or the status that refuses it. */
async function readForm(
  request: IncomingMessage,
  query: string | undefined,
): Promise<{ text: string } | { status: number }> {
  if (query !== undefined) return { status: 400 }
  const [type] = (request.headers['content-type'] ?? '').split(';')
  if (type?.trim().toLowerCase() !== 'application/x-www-form-urlencoded') return { status: 415 }
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) return { status: 413 }
  const body = await readUpTo(request, maxBodyBytes)
  return body ? { text: body.toString('utf8') } : { status: 413 }
}

const obstacles: Record<Obstacle, string> = {
  https: [
    'Your browser uses https for localhost, so the last page fails to load.',
    'Copy the whole URL of that page, and paste it here.',
    'To avoid this, register http://127.0.0.1 and use --redirect-uri http://127.0.0.1',
  ].join('\n'),
  'large-headers': [
    'Your browser sends more cookies for localhost than od-link accepts.',
    'Open the URL above in a private window, or delete the cookies of localhost.',
  ].join('\n'),
}

interface Deferred<T> {
  promise: Promise<T>
  resolve: (value: T) => void
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((fulfil) => {
    resolve = fulfil
  })
  return { promise, resolve }
}
