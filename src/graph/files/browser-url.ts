import { isLoopback } from '../../http/index.ts'

/**
 * A URL from an answer that a browser may open: programs that open URLs also know schemes that run something.
 * @param graphOrigin only a Graph on this machine, such as the sandbox, gives URLs without TLS, and only of this machine.
 * @returns undefined for anything else.
 */
export function browserUrl(text: string | undefined, graphOrigin: string): string | undefined {
  if (text === undefined || !/^https?:\/\/[!-~]+$/.test(text) || !URL.canParse(text)) return undefined
  const { protocol, hostname } = new URL(text)
  const isLocal = isLoopback(hostname) && isLoopback(new URL(graphOrigin).hostname)
  return protocol === 'https:' || isLocal ? text : undefined
}
