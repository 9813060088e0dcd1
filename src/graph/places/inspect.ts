import type { DriveItem } from '@microsoft/microsoft-graph-types'
import { accountFlag } from '../../accounts/index.ts'
import { OdLinkError } from '../../errors.ts'
import { isJsonObject, textIn } from '../../text/json.ts'
import { fromOutside } from '../../text/sanitize.ts'
import type { Caller, GraphAnswer } from '../answer.ts'
import { graphFailure } from '../errors.ts'
import { isFolder, itemOf } from '../item.ts'
import { type Place, placeAddress, showPlace } from '../place.ts'
import type { Graph } from '../request.ts'
import { includesScope, otherDrivesScope } from '../scopes.ts'
import { isOwnHost } from './host.ts'

/* What is known of a place before it gets a name: what it is, and whether the person may write there. */

/** The longest name of a site or folder that is shown. */
const longestName = 80

/** A place that can be saved. */
export interface Inspected {
  /** The ID of its drive, and of its folder; without one it is the drive's root. */
  id: string
  item?: string
  /** `library Documents of Project X, contoso.sharepoint.com` */
  about: string
}

/**
 * Reads the folder at a place, and nothing above it: rights may begin there.
 * @throws OdLinkError (not-found) when it does not exist, (not-allowed) when the link's scope does not reach it.
 */
export async function inspectPlace(
  graph: Graph,
  place: Place,
  caller: Caller,
  graphOrigin: string,
): Promise<Inspected> {
  await refuseNarrowScope(graph, place, caller)
  const answer = await graph.send({ method: 'GET', path: `${placeAddress(place)}?${fields}` })
  if (answer.status !== 200) throw graphFailure(answer, `Opening "${showPlace(place)}"`)
  const item = itemOf(answer.json)
  const target = item.remoteItem
  const id = target ? target.parentReference?.driveId : (item.parentReference?.driveId ?? driveOf(place))
  const itemId = target ? target.id : item.id
  if (!id || !itemId) throw graphFailure(answer, `Opening "${showPlace(place)}"`)
  if (!isFolder(item)) throw notAFolder(place)
  const isRoot = isJsonObject(answer.json?.root)
  const about = isRoot
    ? await describeDrive(graph, `/drives/${encodeURIComponent(id)}`, graphOrigin)
    : describeFolder(item, answer, graphOrigin)
  return { id, ...(isRoot ? {} : { item: itemId }), about }
}

const fields = '$select=id,name,webUrl,folder,file,package,remoteItem,root,parentReference'

/** The ID in `/drives/ID`; undefined for the own drive. */
function driveOf({ drive }: Place): string | undefined {
  const [, id] = /^\/drives\/([^/]+)$/.exec(drive) ?? []
  return id === undefined ? undefined : decodeURIComponent(id)
}

/** A work account's link for its own files only gets a 403 elsewhere, which may have other reasons. */
async function refuseNarrowScope(
  graph: Graph,
  place: Place,
  { account, grantedScope }: Caller,
): Promise<void> {
  if (account.kind === 'personal' || place.drive === '/me/drive') return
  if (includesScope(grantedScope, otherDrivesScope)) return
  const { json, status } = await graph.send({ method: 'GET', path: '/me/drive?$select=id' })
  if (status === 200 && itemOf(json).id === driveOf(place)) return
  const message = `"${showPlace(place)}" is in another drive, and the link's scope only reaches its own.`
  throw new OdLinkError('not-allowed', message, {
    reason: 'scope-too-narrow',
    next: [
      {
        intro: 'To sign in again with the scope that it needs:',
        verb: 'login',
        flags: { account: accountFlag(account), scope: `User.Read ${otherDrivesScope}` },
      },
    ],
  })
}

function notAFolder(place: Place): OdLinkError {
  return new OdLinkError('not-found', `"${showPlace(place)}" is a file, not a folder.`, {
    reason: 'not-a-folder',
    next: ['Copy the address of the folder that holds it.'],
  })
}

async function describeDrive(graph: Graph, drive: string, graphOrigin: string): Promise<string> {
  const { status, json } = await graph.send({
    method: 'GET',
    path: `${drive}?$select=id,name,driveType,owner,webUrl`,
  })
  if (status !== 200) return 'a drive'
  const { driveType, name, owner, webUrl } = json ?? {}
  const whose = (kind: string) => {
    const one = isJsonObject(owner) ? owner[kind] : undefined
    return isJsonObject(one) ? fromOutside(one.displayName, longestName) : ''
  }
  const { host, folders } = pageOf(webUrl, graphOrigin)
  const site = whose('group') || folders.at(-2) || ''
  if (driveType === 'documentLibrary')
    return withHost(`library ${fromOutside(name, longestName)}${site && ` of ${site}`}`, host)
  const kind = driveType === 'personal' ? 'personal OneDrive' : 'OneDrive'
  return withHost(`${kind}${whose('user') && ` of ${whose('user')}`}`, driveType === 'personal' ? '' : host)
}

function describeFolder(item: DriveItem, answer: GraphAnswer, graphOrigin: string): string {
  const name = fromOutside(item.remoteItem?.name ?? item.name, longestName)
  const reference = answer.json?.parentReference
  const type = isJsonObject(reference) ? textIn(reference.driveType, 40) : ''
  if (type === 'personal') return `folder ${name} of a personal OneDrive`
  const { host, folders } = pageOf(item.remoteItem?.webUrl ?? item.webUrl, graphOrigin)
  return withHost(`folder ${name}`, [host, ...folders.slice(0, -1)].filter(Boolean).join('/'))
}

function withHost(text: string, host: string): string {
  return host === '' ? text : `${text}, ${host}`
}

/** The host and the decoded path of an item's page; empty where it is at a host that is none of Microsoft's. */
function pageOf(webUrl: unknown, graphOrigin: string): { host: string; folders: string[] } {
  const text = textIn(webUrl, 8_000)
  if (!isOwnHost(text, graphOrigin)) return { host: '', folders: [] }
  const { host, pathname } = new URL(text)
  try {
    const folders = decodeURIComponent(pathname).split('/').filter(Boolean)
    return { host, folders: folders.map((name) => fromOutside(name, longestName)) }
  } catch {
    return { host, folders: [] }
  }
}
