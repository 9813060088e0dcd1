import { OdLinkError } from '../../errors.ts'
import { cloudOfGraph, cloudOfHost } from '../../identity/clouds.ts'
import type { NextStep } from '../../text/next-step.ts'

/*
 * Which web addresses may be asked about. They go to Graph as they are, so an address that only looks like Microsoft's, or
 * belongs to another cloud, is refused before anything is sent.
 */

const copyIt: NextStep = 'Open the folder in a browser, and copy the address from there.'

/**
 * Reads a web address as a person copies it.
 * @param graphOrigin the Graph of the link. Where OD_LINK_GRAPH_HOST named it, such as the sandbox, addresses of that origin
 *   are its own.
 * @throws OdLinkError (usage) for an address that is not Microsoft's, or of another cloud than the link.
 */
export function checkHost(text: string, graphOrigin: string): URL {
  // As it was written: a parser would make ASCII of letters that only look like it, and tidy up what has to be checked.
  const [, scheme = '', authority = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i.exec(text) ?? []
  if (/[\0-\x1f\x7f\\]/.test(text) || !text.isWellFormed())
    throw refused(text, 'It contains a backslash or a control character.')
  if (authority.includes('@')) throw refused(text, 'It contains a user name.')
  if (!/^[a-z0-9.-]+(:\d+)?$/i.test(authority) || !URL.canParse(text))
    throw refused(text, 'It does not name a host in plain letters.')
  const url = new URL(text)
  if (url.origin === graphOrigin) return url
  const cloud = cloudOfGraph(graphOrigin)
  if (cloud === undefined) throw refused(text, `It is not at ${graphOrigin}, where this account is linked.`)
  const other = cloudOfHost(url.hostname)
  if (other === undefined)
    throw refused(text, `${authority} is not a host of OneDrive or SharePoint.`, adviceFor(url, text))
  if (other !== cloud)
    throw refused(text, `${url.hostname} belongs to the cloud ${other}, and this account to ${cloud}.`, [
      {
        intro: 'To link an account of that cloud:',
        verb: 'login',
        flags: { account: undefined, cloud: other },
      },
    ])
  if (scheme.toLowerCase() !== 'https') throw refused(text, 'It does not begin with https://.')
  if (url.port !== '') throw refused(text, 'It names a port.')
  return url
}

/** Whether a server's answer names a page that can be shown to a person: the link's own host, or one of its cloud. */
export function isOwnHost(text: string, graphOrigin: string): boolean {
  try {
    checkHost(text, graphOrigin)
    return true
  } catch {
    return false
  }
}

/** Teams itself shows no address of a folder, but its link to a file holds that of the file. */
function adviceFor({ hostname, searchParams }: URL, text: string): NextStep[] {
  if (!/^teams\.(microsoft\.com|cloud\.microsoft|live\.com)$/.test(hostname)) return [copyIt]
  const file = searchParams.get('objectUrl') ?? ''
  const isFile = URL.canParse(file) && cloudOfHost(new URL(file).hostname) !== undefined
  return [
    ...(isFile ? [{ intro: 'It leads to this file:', replacing: [text, file] as const }] : []),
    'In Teams, use "Open in SharePoint" above the files, and copy the address of that page.',
  ]
}

function refused(text: string, why: string, next: readonly NextStep[] = [copyIt]): OdLinkError {
  return new OdLinkError('usage', `The address "${text}" cannot be used. ${why} Nothing was sent.`, {
    reason: 'foreign-address',
    next,
  })
}
