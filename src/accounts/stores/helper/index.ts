import { createHash } from 'node:crypto'
import { keychainService } from '../../../settings/directory.ts'
import { type Ended, runChild } from '../../../system/child-process.ts'
import { parseJsonObject } from '../../../text/json.ts'
import { inChunks } from '../chunks.ts'
import type { Entries } from '../entries.ts'
import { waitMs } from '../limits.ts'
import type { Store } from '../store.ts'
import { DamagedEntry, inTwoSlots } from '../two-slots.ts'
import { garbage, helperTrouble } from './errors.ts'

/**
 * Links in whatever a credential helper of Docker keeps secrets in: `docker-credential-NAME`, which is asked to
 * `store`, `get`, `erase` or `list`, with JSON on standard input and output.
 * https://github.com/docker/docker-credential-helpers#development
 */

/** A helper has one secret a URL, so the user is the same everywhere. */
const user = 'od-link'
/** The last two are what `pass` says of an entry that another process is just making or removing. */
const notFound = /credentials not found|no usernames for |is not in the password store/i
type Verb = 'store' | 'get' | 'erase' | 'list'

/** @param name a checked name, without a path. */
export function helperStore(name: string): Store {
  const helper = onHelper(name)
  const entries = safely(name, helper)
  return {
    name: `helper:${name}`,
    label: programOf(name),
    mayForget: true,
    read: async (item) => (await entries.get(item))?.toString('utf8'),
    write: (item, text) => entries.set(item, Buffer.from(text)),
    remove: (item) => entries.delete(item),
    list: () => helper.list(),
  }
}

/** What `wincred` keeps in one entry: 2,560 bytes of base64. */
const windowsLimit = (2560 * 3) / 4

/** Docker's own for keychains replace an entry in one step; `pass` writes over its file, and others may. */
function safely(name: string, helper: Entries): Entries {
  if (name === 'wincred') return inChunks(helper, windowsLimit)
  return name === 'osxkeychain' || name === 'secretservice' ? helper : inTwoSlots(helper)
}

function programOf(name: string): string {
  return `docker-credential-${name}`
}

function onHelper(name: string): Entries & { list: () => Promise<string[]> } {
  const program = programOf(name)
  const world = worldUrl()
  const run = (verb: Verb, input: string) =>
    runChild(program, [verb], {
      input,
      limitMs: waitMs,
      waiting: `Waiting for ${program}; it may want to be unlocked …`,
    })
  const get: Entries['get'] = async (item) => {
    const ended = await run('get', world + pathOf(item))
    if (saysNotFound(ended)) return undefined
    const secret = parseJsonObject(printed(ended))?.Secret
    if (typeof secret !== 'string') {
      const { message, hint } = garbage(name)
      throw new DamagedEntry('keychain', message, { hint })
    }
    // Older helpers print an empty secret where there is none.
    return secret === '' ? undefined : Buffer.from(secret, 'base64')
  }
  const printed = (ended: Ended) => {
    if (ended.how === 'exited' && ended.code === 0) return ended.stdout
    throw helperTrouble(name, ended)
  }

  return {
    get,
    set: async (item, value) => {
      const credentials = {
        ServerURL: world + pathOf(item),
        Username: user,
        // base64, because a piece may end within a character, and so that no helper alters or trims it.
        Secret: value.toString('base64'),
      }
      printed(await run('store', JSON.stringify(credentials)))
    },
    delete: async (item) => {
      const ended = await run('erase', world + pathOf(item))
      // Most helpers fail when there is nothing to erase, each in its own words.
      if (ended.how !== 'exited' || (ended.code !== 0 && (await get(item)) !== undefined)) printed(ended)
    },
    list: async () => {
      const urls = parseJsonObject(printed(await run('list', '')))
      if (!urls) throw garbage(name)
      const ours = Object.keys(urls).filter((url) => url.startsWith(world))
      return ours.map((url) => itemOf(url.slice(world.length)))
    },
  }
}

function saysNotFound(ended: Ended): boolean {
  return ended.how === 'exited' && ended.code !== 0 && notFound.test(ended.stdout + ended.stderr)
}

/**
 * Helpers take URLs apart and compare their parts, and `pass` makes a file's name of them: so this one is short and
 * of letters that nothing escapes. The digest stands for the settings' directory: another one is another world.
 */
function worldUrl(): string {
  const digest = createHash('sha256').update(keychainService()).digest('hex')
  return `https://od-link/${digest.slice(0, 16)}/`
}

/** Items are words of letters, digits, `.`, `-` and `_` with single spaces between them. */
function pathOf(item: string): string {
  return item.replaceAll(' ', '/')
}

function itemOf(path: string): string {
  return path.replaceAll('/', ' ')
}
