/*
 * Saves links with one of Docker's credential helpers, `docker-credential-NAME`. Its commands are `store`, `get`, `erase` and
 * `list`, with JSON on standard input and output.
 * https://github.com/docker/docker-credential-helpers#development
 */

import { createHash } from 'node:crypto'
import { keychainService } from '../../../settings/directory.ts'
import { type Ended, runChild } from '../../../system/child-process.ts'
import { parseJsonObject } from '../../../text/json.ts'
import { inChunks } from '../chunks.ts'
import type { Entries, ListedEntries } from '../entries.ts'
import { helperEnvironment, storeLimitMs } from '../limits.ts'
import type { Store } from '../store.ts'
import { DamagedEntry, inTwoSlots } from '../two-slots.ts'
import { helperError, invalidOutput } from './errors.ts'

/** A helper has one secret per URL, so the user name is always the same. */
const user = 'od-link'
/** `pass` prints the last two for an entry that another process is creating or removing. */
const notFound = /credentials not found|no usernames for |is not in the password store/i
type Verb = 'store' | 'get' | 'erase' | 'list'

/** @param name a checked name, without a path. */
export function helperStore(name: string): Store {
  const helper = helperEntries(name)
  const entries = withSafeWrites(name, helper)
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

/** `wincred` stores at most 2,560 bytes of base64 per entry. */
const windowsLimit = (2560 * 3) / 4

/** Docker's helpers for keychains replace an entry in one step; `pass` overwrites its file, and others may as well. */
function withSafeWrites(name: string, helper: ListedEntries): Entries {
  if (name === 'wincred') return inChunks(helper, windowsLimit)
  return name === 'osxkeychain' || name === 'secretservice' ? helper : inTwoSlots(helper)
}

function programOf(name: string): string {
  return `docker-credential-${name}`
}

function helperEntries(name: string): ListedEntries {
  const program = programOf(name)
  const base = baseUrl()
  const run = (verb: Verb, input: string) =>
    runChild(program, [verb], {
      input,
      limitMs: storeLimitMs(),
      waiting: `Waiting for ${program}; you may have to unlock it…`,
      env: helperEnvironment(),
    })
  const get: Entries['get'] = async (item) => {
    const ended = await run('get', base + pathOf(item))
    if (isNotFound(ended)) return undefined
    const secret = parseJsonObject(outputOf(ended))?.Secret
    if (typeof secret !== 'string') {
      const { message, next } = invalidOutput(name)
      throw new DamagedEntry('keychain', message, { reason: 'record-damaged', next })
    }
    // Older helpers print an empty secret for a missing entry.
    return secret === '' ? undefined : Buffer.from(secret, 'base64')
  }
  const outputOf = (ended: Ended) => {
    if (ended.how === 'exited' && ended.code === 0) return ended.stdout
    throw helperError(name, ended)
  }

  return {
    get,
    set: async (item, value) => {
      const credentials = {
        ServerURL: base + pathOf(item),
        Username: user,
        // base64, because a chunk may end within a character, and so that no helper changes or trims it.
        Secret: value.toString('base64'),
      }
      outputOf(await run('store', JSON.stringify(credentials)))
    },
    delete: async (item) => {
      const ended = await run('erase', base + pathOf(item))
      // Most helpers fail when there is nothing to erase, each with a message of its own.
      if (ended.how !== 'exited' || (ended.code !== 0 && (await get(item)) !== undefined)) outputOf(ended)
    },
    list: async () => {
      const urls = parseJsonObject(outputOf(await run('list', '')))
      if (!urls) throw invalidOutput(name)
      const ours = Object.keys(urls).filter((url) => url.startsWith(base))
      return ours.map((url) => itemOf(url.slice(base.length)))
    },
  }
}

function isNotFound(ended: Ended): boolean {
  return ended.how === 'exited' && ended.code !== 0 && notFound.test(ended.stdout + ended.stderr)
}

/**
 * The URL prefix of this settings directory's items; the digest keeps directories apart. Helpers compare parts of URLs, and
 * `pass` turns them into file names, so it is short and has only characters that nothing escapes.
 */
function baseUrl(): string {
  const digest = createHash('sha256').update(keychainService()).digest('hex')
  return `https://od-link/${digest.slice(0, 16)}/`
}

/** Item names are words of letters, digits, `.`, `-` and `_`, separated by single spaces. */
function pathOf(item: string): string {
  return item.replaceAll(' ', '/')
}

function itemOf(path: string): string {
  return path.replaceAll('/', ' ')
}
