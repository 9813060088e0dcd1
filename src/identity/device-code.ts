import * as oauth from 'oauth4webapi'
import { OdLinkError } from '../errors.ts'
import { NetworkError } from '../http/errors.ts'
import { isLoopback } from '../http/index.ts'
import { startPatience } from '../http/retry.ts'
import { untilWallClock } from '../system/wall-clock.ts'
import { type JsonObject, numberIn, textIn } from '../text/json.ts'
import { fromOutside } from '../text/sanitize.ts'
import {
  clientAuthentication,
  explained,
  ServiceTrouble,
  tidy,
  transport,
  untrustworthy,
} from './protocol.ts'
import { clientOf, type NewLink, newLink, type SignInContext, serverOf } from './verified-link.ts'

/** What the person needs, and what is polled with until they are done. */
export interface DeviceCode {
  /** Where the person enters the user code, on any device. */
  verificationUri: string
  userCode: string
  deviceCode: string
  /** Milliseconds since the epoch. */
  expiresAt: number
  /** The least time between two polls, in milliseconds. */
  intervalMs: number
}

/** Microsoft's have nine characters. */
const longestCode = 64
const longestAddress = 2_000
const defaultIntervalSeconds = 5
/** Microsoft gives 15 minutes; whatever a server says, every wait has a limit. */
const longestSeconds = 3_600
/** What `slow_down` adds (RFC 8628 section 3.5). */
const slowDownMs = 5_000

/**
 * Requests a device code (RFC 8628 section 3.1). Microsoft's response has no `verification_uri_complete`.
 * https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-device-code
 * @throws OdLinkError (sign-in) when the registration may not, (service) when the response cannot be trusted.
 */
export async function startDeviceCode({
  authority,
  registration,
  context,
}: SignInContext): Promise<DeviceCode> {
  return explained(context, async () => {
    const client = clientOf(registration)
    const server = serverOf(authority, authority.issuer)
    const parameters = { scope: context.scope }
    const response = await oauth.deviceAuthorizationRequest(
      server,
      client,
      clientAuthentication(registration.clientSecret),
      parameters,
      transport(startPatience(30_000), withUsualNames, [registration.clientSecret]),
    )
    const answer = await oauth.processDeviceAuthorizationResponse(server, client, response)
    if (!isSafeAddress(answer.verification_uri)) {
      throw untrustworthy(new Error('the URL for the code is neither https nor on this machine'))
    }
    const userCode = fromOutside(answer.user_code, longestCode + 1)
    if (userCode === '' || userCode.length > longestCode) {
      throw untrustworthy(new Error('nobody could type the code'))
    }
    return {
      // As a browser reads it: no look-alike letters, nothing that is not part of a URL.
      verificationUri: new URL(answer.verification_uri).href,
      userCode,
      deviceCode: answer.device_code,
      expiresAt: Date.now() + Math.min(answer.expires_in, longestSeconds) * 1000,
      intervalMs: Math.max(answer.interval ?? defaultIntervalSeconds, 1) * 1000,
    }
  })
}

/** The first version of the endpoint called it `verification_url`, and numbers have come as strings. */
function withUsualNames(answer: JsonObject): JsonObject {
  if (answer.device_code === undefined) return tidy(answer)
  const { verification_uri, verification_url, expires_in, interval, ...others } = answer
  return tidy({
    ...others,
    verification_uri: verification_uri ?? verification_url,
    expires_in: numberIn(expires_in),
    interval: numberIn(interval) > 0 ? numberIn(interval) : null,
  })
}

/** A username before the host (`https://microsoft.com@evil.example`) would hide the host. */
function isSafeAddress(address: string): boolean {
  if (address.length > longestAddress || !URL.canParse(address)) return false
  const { protocol, hostname, username, password } = new URL(address)
  if (username || password) return false
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

/**
 * Polls until the person is done: never faster than the interval, slower when the server asks for it, and on through
 * failures that may pass (RFC 8628 section 3.5).
 * @param deadline milliseconds since the epoch, by the wall clock: suspending the machine does not extend it.
 * @returns undefined when nobody was done before the deadline or before the code expired.
 * @throws OdLinkError (sign-in) when the person declined or Microsoft refused; (network) or (service) when the last poll
 *   failed that way: the person may well have been done.
 */
export async function pollDeviceCode(
  about: SignInContext,
  code: DeviceCode,
  deadline: number,
): Promise<NewLink | undefined> {
  const end = Math.min(deadline, code.expiresAt)
  let trouble: OdLinkError | undefined
  for (let interval = code.intervalMs; await pause(interval, end); ) {
    const answer = await poll(about, code).catch(passingTrouble)
    trouble = answer instanceof OdLinkError ? answer : undefined
    // No hurry after a failure: the code stays valid until it expires.
    if (answer instanceof OdLinkError || answer === 'slow_down') interval += slowDownMs
    else if (answer === 'expired_token') return undefined
    else if (answer !== 'authorization_pending') return answer
  }
  if (trouble) throw trouble
  return undefined
}

/** @returns whether there is time left after the pause. */
async function pause(milliseconds: number, end: number): Promise<boolean> {
  await untilWallClock(Math.min(Date.now() + milliseconds, end))
  return Date.now() < end
}

const outcomes = ['authorization_pending', 'slow_down', 'expired_token'] as const
/** Other names that have been seen for an expired code. */
const expiredNames = ['code_expired', 'bad_verification_code']

async function poll(
  { authority, registration, context }: SignInContext,
  { deviceCode }: DeviceCode,
): Promise<NewLink | (typeof outcomes)[number]> {
  const client = clientOf(registration)
  const server = serverOf(authority, authority.issuer)
  return explained(context, async () => {
    const response = await oauth.deviceCodeGrantRequest(
      server,
      client,
      clientAuthentication(registration.clientSecret),
      deviceCode,
      transport(undefined, undefined, [deviceCode, registration.clientSecret]),
    )
    try {
      return await newLink({ authority, registration, context }, response, (issued) =>
        oauth.processDeviceCodeResponse(issued, client, response),
      )
    } catch (error) {
      const name = error instanceof oauth.ResponseBodyError ? error.error : ''
      const known = outcomes.find((outcome) => outcome === name)
      if (known) return known
      if (expiredNames.includes(name)) return 'expired_token'
      if (name === 'authorization_declined' || isDeclined(error)) throw declined(error)
      throw error
    }
  })
}

/** A failure of the network or the service, which may pass before the code expires; anything else is thrown. */
function passingTrouble(error: unknown): OdLinkError {
  const isService = error instanceof OdLinkError && ['throttled', 'unavailable'].includes(error.reason)
  if (error instanceof NetworkError || error instanceof ServiceTrouble || isService) return error
  throw error
}

/** A number says more than `access_denied`, except that of a person who declines. Azure/azure-cli#16401 */
function isDeclined(error: unknown): boolean {
  if (!(error instanceof oauth.ResponseBodyError) || error.error !== 'access_denied') return false
  const [code] = /AADSTS\d+/.exec(textIn(error.error_description, 4_000)) ?? []
  return code === undefined || code === 'AADSTS65004'
}

function declined(cause: unknown): OdLinkError {
  return new OdLinkError('sign-in', 'The sign-in was declined in the browser, so nothing was linked.', {
    reason: 'sign-in-declined',
    next: [{ intro: 'If that was a mistake:', verb: 'login', flags: { device: true }, again: true }],
    code: (cause as oauth.ResponseBodyError).error,
    cause,
  })
}
