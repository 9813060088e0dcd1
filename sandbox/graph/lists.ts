import type { Incoming, Reply } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import { refusals } from '../state/graph-error.ts'
import { isLibrary, listIdOf, siteGuidOf } from '../state/sites.ts'
import { webUrlOf } from '../state/web-addresses.ts'
import type { World } from '../state/world.ts'
import { readQuery, select } from './query.ts'
import { graphJson } from './replies.ts'

/**
 * `/sites/{id}/lists` and `/sites/{id}/lists/{id or title}`: the lists behind libraries; the sandbox has no others. What
 * is in one is below its `drive`. Sources: microsoft-graph-docs-contrib, api/list-list, list-get, resources/list.
 * @param key the id or title of one list.
 * @throws GraphError 404 if there is no such list.
 */
export function answerLists(world: World, incoming: Incoming, drives: Drive[], key?: string): Reply {
  const { select: chosen } = readQuery(incoming.query)
  const context = `${world.origins.graph}/v1.0/$metadata#lists`
  if (key === undefined) {
    const value = drives.map((drive) => select(listResource(world, drive), chosen))
    return graphJson(incoming, world, 200, { '@odata.context': context, value })
  }
  const drive = findList(drives, key)
  if (!drive) throw refusals.itemNotFound()
  const list = select(listResource(world, drive), chosen)
  return graphJson(incoming, world, 200, { '@odata.context': `${context}/$entity`, ...list })
}

/** The library whose list has this id or title. */
export function findList(drives: Drive[], key: string): Drive | undefined {
  const wanted = key.toLowerCase()
  return drives.find(
    (drive) => listIdOf(drive.libraryPath) === wanted || titleOf(drive).toLowerCase() === wanted,
  )
}

function titleOf({ owner }: Drive): string {
  return isLibrary(owner) ? owner.name : 'Documents'
}

function listResource(world: World, drive: Drive): Record<string, unknown> {
  const { created, modified } = drive.root
  return {
    createdDateTime: time(created),
    description: '',
    id: listIdOf(drive.libraryPath),
    lastModifiedDateTime: time(modified),
    name: drive.libraryPath.split('/').at(-1),
    webUrl: webUrlOf(world.origins, drive, drive.root),
    displayName: titleOf(drive),
    parentReference: { siteId: siteGuidOf(drive.owner) },
    list: { contentTypesEnabled: false, hidden: false, template: 'documentLibrary' },
  }
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z')
}
