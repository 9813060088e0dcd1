import { join } from 'node:path'
import { configDir } from '../../../settings/directory.ts'

/** The identity that a passphrase opens: a file of age's. It is beside the folder with the items, none of which it is. */
export function keyPath(): string {
  return join(configDir(), 'encrypted-key.age')
}
