import { basename } from 'node:path'
import { OdLinkError } from '../../errors.ts'
import type { Address } from '../api/address.ts'

/* How the file to upload is addressed. */

/**
 * The path of the file to upload, without what may follow it (`:/content`, a colon). A path that ends in a slash gets the
 * name of the local file.
 * @throws OdLinkError (usage) when it is not the path of a file.
 */
export function fileAddress(address: Address, localFile: string): Address {
  const bare = address.path.replace(/:?\/(content|createUploadSession)$/, '').replace(/:$/, '')
  const path = /:\/(.*\/)?$/.test(bare) ? bare + nameOf(localFile) : bare
  const isByPath = /\/(root|items\/[^/:]+|special\/[^/:]+):\/[^:]+$/.test(path)
  if (!address.query && (isByPath || /\/items\/[^/:]+$/.test(path))) return { ...address, path }
  throw new OdLinkError('usage', `"${address.path}" is not the path of a file.`, {
    reason: 'invalid-path',
    next: [
      { verb: 'api', flags: { upload: localFile }, args: ['/me/drive/root:/folder/name'] },
      '(…:/folder/ for the same name, or /me/drive/items/ID for new content)',
    ],
  })
}

/** What is requested of that file: `content`, `createUploadSession`. */
export function below({ path }: Address, what: string): string {
  return path.includes(':/') ? `${path}:/${what}` : `${path}/${what}`
}

function nameOf(localFile: string): string {
  if (localFile !== '-') return encodeURIComponent(basename(localFile))
  throw new OdLinkError('usage', 'Standard input has no name, so the path needs one.', {
    reason: 'invalid-path',
    next: [{ verb: 'api', flags: { upload: '-' }, args: ['/me/drive/root:/folder/name'] }],
  })
}
