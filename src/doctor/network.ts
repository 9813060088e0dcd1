/* The checks of the connection to Microsoft. */

import { OdLinkError } from '../errors.ts'
import { graphAnswer } from '../graph/answer.ts'
import { mayPass } from '../graph/error-codes.ts'
import { graphFailure } from '../graph/errors.ts'
import { isCheckSwitchedOff } from '../http/certificate-check.ts'
import { extraCertificates } from '../http/certificates.ts'
import { clockCommand, clockProblem, clockSkewMs } from '../http/clock-skew.ts'
import { exchange, isLoopback } from '../http/index.ts'
import type { HttpProxy } from '../http/proxy.ts'
import { proxyVariables } from '../http/proxy-variables.ts'
import type { HttpResponse } from '../http/transport.ts'
import { discoveryUrl, readMetadata } from '../identity/authority.ts'
import { isPassing, ServiceTrouble } from '../identity/protocol.ts'
import { cloudInUse } from '../registration/cloud.ts'
import { setting } from '../settings/index.ts'
import { longDuration } from '../text/format.ts'
import { parseJsonObject } from '../text/json.ts'
import { variableHint } from '../text/shell-quote.ts'
import type { CheckResult } from './finding.ts'

const timeoutMs = 6_000

/** The proxy for the sign-in service, without its credentials. */
export async function checkProxy(): Promise<CheckResult> {
  const url = new URL(cloud().login)
  const file = extraCertificates()
  const unchecked = isCheckSwitchedOff()
    ? '; NODE_TLS_REJECT_UNAUTHORIZED is 0, but od-link checks certificates anyway'
    : ''
  const extra = `${file ? `; NODE_EXTRA_CA_CERTS is ${file}` : ''}${unchecked}`
  if (isLoopback(url.hostname)) return `none is used for this machine (${url.host})${extra}`
  const proxy = await proxyTo(url)
  const [, except] = proxyVariables().find(([name]) => /^no_proxy$/i.test(name)) ?? []
  const but = except ? `; NO_PROXY is ${except}` : ''
  return `${proxy ? `${proxy.host} (${proxy.variable})` : 'none'}${but}${extra}`
}

async function proxyTo(url: URL): Promise<HttpProxy | undefined> {
  try {
    return (await import('../http/proxy.ts')).findProxy(url, undefined)
  } catch (error) {
    throw new OdLinkError('network', 'The proxy variable is not the address of an HTTP proxy.', {
      reason: 'proxy',
      next: [variableHint('HTTPS_PROXY', 'http://proxy.example:8080')],
      cause: error,
    })
  }
}

/** Whether the sign-in service can be reached and knows the tenant. */
export async function checkAuthority(): Promise<CheckResult> {
  const { login: loginOrigin, tenant: usual } = cloud()
  const tenant = setting('tenant') ?? usual
  return ask(discoveryUrl(loginOrigin, tenant), (answer) => {
    if (isPassing(answer)) throw new ServiceTrouble(answer)
    readMetadata(answer, { loginOrigin, tenant, clientId: setting('client-id') ?? '', scope: '' })
  })
}

/** Whether Graph can be reached. It responds that a token is required, and none is sent here. */
export async function checkGraph(): Promise<CheckResult> {
  const url = new URL(`${cloud().graph}/v1.0/me`)
  return ask(url, ({ status, headers, body }) => {
    const json = parseJsonObject(body)
    if (status === 401 && json?.error) return
    const answer = graphAnswer({ status, headers, json }, { method: 'GET', path: '/me' })
    if (mayPass(answer)) throw graphFailure(answer, 'The request to Graph')
    throw new OdLinkError('service', `${url.host} does not respond like Microsoft Graph (HTTP ${status}).`, {
      reason: 'unreadable-answer',
      next: [
        "Check the cloud, OD_LINK_GRAPH_HOST, and whether a proxy or the network's sign-in page is in between.",
      ],
    })
  })
}

async function ask(url: URL, judge: (answer: HttpResponse) => unknown): Promise<string> {
  const started = Date.now()
  const answer = await exchange({ method: 'GET', url, timeoutMs, withTlsIssuer: true })
  const milliseconds = Date.now() - started
  judge(answer)
  const issuer = answer.tlsIssuer ? `, certificate from ${answer.tlsIssuer}` : ''
  const expected = answer.status === 401 ? ', as expected without a token' : ''
  return `${url.host} responded in ${milliseconds} ms (HTTP ${answer.status}${expected})${issuer}`
}

/** Compares this machine's clock with the servers' clocks. */
export function checkClock(): CheckResult {
  const skewMs = clockSkewMs()
  if (skewMs === undefined) return { notChecked: 'not checked, because no server responded' }
  const problem = clockProblem()
  if (problem) throw new OdLinkError('usage', `${problem}.`, { reason: 'clock', next: [clockCommand()] })
  const seconds = Math.round(Math.abs(skewMs) / 1000)
  return seconds < 2
    ? "the same time as Microsoft's clock"
    : `${longDuration(seconds)} ${skewMs > 0 ? 'behind' : 'ahead of'} Microsoft's clock, which does no harm`
}

function cloud() {
  return cloudInUse(setting('cloud') ?? 'global')
}
