/* Every kind of request that od-link sends, and a command that sends it. */

import { files } from './kinds/files.ts'
import { folders } from './kinds/folders.ts'
import type { Kind } from './kinds/kind.ts'
import { places } from './kinds/places.ts'
import { signingIn } from './kinds/signing-in.ts'

export const kinds = { ...signingIn, ...folders, ...places, ...files }

export type KindName = keyof typeof kinds
export const kindNames = Object.keys(kinds) as KindName[]

/** The kind with that name, with its optional properties. */
export const kindOf = (name: KindName): Kind => kinds[name]

/** The columns of each table. */
export const groups: Record<string, KindName[]> = {
  'Signing in': Object.keys(signingIn) as KindName[],
  'Folders and places': [...Object.keys(folders), ...Object.keys(places)] as KindName[],
  Files: Object.keys(files) as KindName[],
}
