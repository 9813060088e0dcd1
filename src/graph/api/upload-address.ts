import { basename } from 'node:path'
import { OdLinkError } from '../../errors.ts'
import type { Address } from './address.ts'

/**
 * The path of the file that an upload makes, without what may follow it (`:/content`, a colon). After a slash at the end
 * comes the name of the local file.
 * @throws OdLinkError (usage) when it is not the path of a file.
 */
export function fileAddress(address: Address, localFile: string): Address {
  const bare = address.path.replace(/:?\/(content|createUploadSession)$/, '').replace(/:$/, '')
  const path = /:\/(.*\/)?$/.test(bare) ? bare + nameOf(localFile) : bare
  const isByPath = /\/(root|items\/[^/:]+|special\/[^/:]+):\/[^:]+$/.test(path)
  if (!address.query && (isByPath || /\/items\/[^/:]+$/.test(path))) return { ...address, path }
  throw new OdLinkError('usage', `"${address.path}" is not the path of a file to be.`, {
    hint: 'od-link api --upload FILE /me/drive/root:/folder/name\n(or …:/folder/ for the same name, or /me/drive/items/ID for new content)',
  })
}

/** What is asked of that file: `content`, `createUploadSession`. */
export function below({ path }: Address, what: string): string {
  return path.includes(':/') ? `${path}:/${what}` : `${path}/${what}`
}

function nameOf(localFile: string): string {
  if (localFile !== '-') return encodeURIComponent(basename(localFile))
  throw new OdLinkError('usage', 'Standard input has no name, so the path needs one.', {
    hint: 'od-link api --upload - /me/drive/root:/folder/name',
  })
}
