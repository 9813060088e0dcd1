import type { Drive } from '../state/drive.ts'
import { refusals } from '../state/graph-error.ts'
import type { Properties } from '../state/items.ts'
import { isObject } from './json-body.ts'

const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/

/**
 * The properties that a client may set besides name and parent: the dates, and on personal drives a
 * description. Source: microsoft-graph-docs-contrib, resources/driveitem.
 * @throws GraphError for an invalid date.
 */
export function readProperties(drive: Drive, body: Record<string, unknown>): Properties {
  const properties: Properties = {}
  const { fileSystemInfo, description } = body
  if (isObject(fileSystemInfo)) {
    const created = readDate(fileSystemInfo.createdDateTime)
    const modified = readDate(fileSystemInfo.lastModifiedDateTime)
    const some = created ?? modified
    if (some !== undefined)
      properties.fileSystemInfo = { created: created ?? some, modified: modified ?? some }
  }
  if (typeof description === 'string' && drive.owner.kind === 'personal') properties.description = description
  return properties
}

function readDate(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  const date = typeof value === 'string' && dateTime.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isNaN(date)) throw refusals.invalidRequest('The value of a date is not valid.')
  return date
}
