/* The checks of the way to Microsoft. */

import { OdLinkError } from '../errors.ts'
import { graphFailure } from '../graph/errors.ts'
import { transientStatuses } from '../graph/request.ts'
import { clockCommand, clockProblem, clockSkewMs } from '../http/clock-skew.ts'
import { exchange, isLoopback } from '../http/index.ts'
import type { HttpProxy } from '../http/proxy.ts'
import type { HttpResponse } from '../http/transport.ts'
import { discoveryUrl, readMetadata } from '../identity/authority.ts'
import { isPassing, ServiceTrouble } from '../identity/protocol.ts'
import { cloudInUse } from '../registration/cloud.ts'
import { setting } from '../settings/index.ts'
import { parseJsonObject } from '../text/json.ts'
import type { CheckResult } from './finding.ts'

const timeoutMs = 6_000

/** The proxy that leads to the sign-in service, without its credentials. */
export async function checkProxy(): Promise<CheckResult> {
  const url = new URL(cloud().login)
  const authorities = process.env.NODE_EXTRA_CA_CERTS
  const extra = authorities ? `; NODE_EXTRA_CA_CERTS is ${authorities}` : ''
  if (isLoopback(url.hostname)) return `none is used to this machine itself (${url.host})${extra}`
  const proxy = await proxyTo(url)
  const except = process.env.no_proxy ?? process.env.NO_PROXY
  const but = except ? `; NO_PROXY is ${except}` : ''
  return `${proxy ? `${proxy.host} (${proxy.variable})` : 'none'}${but}${extra}`
}

async function proxyTo(url: URL): Promise<HttpProxy | undefined> {
  try {
    return (await import('../http/proxy.ts')).findProxy(url, undefined)
  } catch (error) {
    throw new OdLinkError('network', 'The proxy variable is not the address of an HTTP proxy.', {
      hint: 'HTTPS_PROXY=http://proxy.example:8080',
      cause: error,
    })
  }
}

/** Whether the sign-in service can be reached, and knows the tenant. */
export async function checkAuthority(): Promise<CheckResult> {
  const { login: loginOrigin, tenant: usual } = cloud()
  const tenant = setting('tenant') ?? usual
  return ask(discoveryUrl(loginOrigin, tenant), (answer) => {
    if (isPassing(answer)) throw new ServiceTrouble(answer)
    readMetadata(answer, { loginOrigin, tenant, clientId: setting('client-id') ?? '', scope: '' })
  })
}

/** Whether Graph can be reached: it asks for a token, and gets none here. */
export async function checkGraph(): Promise<CheckResult> {
  const url = new URL(`${cloud().graph}/v1.0/me`)
  return ask(url, ({ status, headers, body }) => {
    const json = parseJsonObject(body)
    if (status === 401 && json?.error) return
    if (transientStatuses.has(status))
      throw graphFailure({ status, headers, json, repeated: false }, 'Asking Graph')
    throw new OdLinkError('service', `${url.host} does not answer like Microsoft Graph (HTTP ${status}).`, {
      hint: 'Check the cloud, OD_LINK_GRAPH_HOST, and whether a proxy or a sign-in page of the network is in between.',
    })
  })
}

async function ask(url: URL, judge: (answer: HttpResponse) => unknown): Promise<string> {
  const started = Date.now()
  const answer = await exchange({ method: 'GET', url, timeoutMs, withTlsIssuer: true })
  const milliseconds = Date.now() - started
  judge(answer)
  const issuer = answer.tlsIssuer ? `, certificate from ${answer.tlsIssuer}` : ''
  const asked = answer.status === 401 ? ', as it should without a token' : ''
  return `${url.host} answers in ${milliseconds} ms (HTTP ${answer.status}${asked})${issuer}`
}

/** Compares the clocks, once servers have told their time. */
export function checkClock(): CheckResult {
  const skewMs = clockSkewMs()
  if (skewMs === undefined) return { notChecked: 'not checked, because no server told its time' }
  const trouble = clockProblem()
  if (trouble) throw new OdLinkError('usage', `${trouble}.`, { hint: clockCommand() })
  const seconds = Math.round(Math.abs(skewMs) / 1000)
  return seconds < 2
    ? "the same time as Microsoft's"
    : `${seconds} s ${skewMs > 0 ? 'behind' : 'ahead of'} Microsoft's, which does no harm`
}

function cloud() {
  return cloudInUse(setting('cloud') ?? 'global')
}
