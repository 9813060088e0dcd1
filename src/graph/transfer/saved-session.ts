import { createHash } from 'node:crypto'
import { closeSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Account } from '../../accounts/account.ts'
import { listAccounts } from '../../accounts/index.ts'
import { uploadFilesOf } from '../../accounts/traces.ts'
import { OdLinkError } from '../../errors.ts'
import { startPatience } from '../../http/retry.ts'
import { configDir } from '../../settings/directory.ts'
import { createFolders } from '../../system/create-folders.ts'
import { createDraft } from '../../system/draft.ts'
import { parseJsonObject, textIn } from '../../text/json.ts'
import { type Address, pathOf } from '../api/address.ts'
import type { Source } from './upload-source.ts'

/**
 * The session of an upload that was cut off, saved until the file is complete: on work drives an unfinished session holds
 * the name for a day or more, and only its URL can continue or cancel it. The URL is a permission by itself, so the file is
 * private to this user. OneDrive/onedrive-api-docs#747
 */
export interface SavedSession {
  /**
   * The session of an earlier run for this target, when it was saved, in milliseconds since the epoch, and whether that run
   * was about the same content.
   */
  earlier: { url: string; savedAt: number; isSameContent: boolean } | undefined
  /** @returns whether a later run will find it. */
  save: (url: string) => boolean
  forget: () => void
}

const longestUrl = 8_000

/**
 * Runs an upload, with the session of an earlier run if there is one. While another od-link process is uploading to the same
 * target, or nothing can be written to the settings directory, the upload runs without.
 */
export async function withSavedSession<T>(
  account: Account,
  target: Address,
  source: Source,
  work: (saved: SavedSession | undefined) => Promise<T>,
): Promise<T> {
  const { withLock } = await import('../../settings/lock.ts')
  const name = `${uploadFilesOf(account.id)}${digest(`${target.version}${pathOf(target)}`)}`
  // No lock can be removed safely (settings/lock.ts), so uploads share 256. One that meets another runs without.
  const lock = `upload ${name.slice(-2)}`
  let isStarted = false
  try {
    return await withLock(
      lock,
      () => {
        isStarted = true
        return work(savedSession(name, account, source))
      },
      startPatience(0),
    )
  } catch (error) {
    if (isStarted || !(error instanceof OdLinkError)) throw error
    return work(undefined)
  }
}

function savedSession(name: string, { id }: Account, source: Source): SavedSession {
  const folder = join(configDir(), 'uploads')
  const file = join(folder, `${name}.json`)
  return {
    earlier: readSession(file, source),
    save(url) {
      // Logout removes it.
      if (!listAccounts().some((account) => account.id === id)) return false
      try {
        createFolders(folder, 0o700)
        rmSync(file, { force: true })
        const draft = createDraft(file)
        writeFileSync(draft, JSON.stringify({ url, content: source.identity }))
        closeSync(draft)
        return true
      } catch {
        // The upload works without it; only a run after a crash cannot continue.
        return false
      }
    },
    forget() {
      try {
        rmSync(file, { force: true })
      } catch {
        // The next run finds that the session has ended.
      }
    },
  }
}

function readSession(file: string, { identity }: Source): SavedSession['earlier'] {
  let text: string
  let savedAt: number
  try {
    text = readFileSync(file, 'utf8')
    savedAt = statSync(file).mtimeMs
  } catch {
    return undefined
  }
  const { url, content } = parseJsonObject(text) ?? {}
  const isSameContent = identity !== undefined && content === identity
  return textIn(url, longestUrl) ? { url: textIn(url, longestUrl), savedAt, isSameContent } : undefined
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
