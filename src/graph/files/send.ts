import { OdLinkError } from '../../errors.ts'
import { notices } from '../../notices.ts'
import { addressOf } from '../drive.ts'
import { type Place, showPlace } from '../place.ts'
import { withSavedSession } from '../transfer/saved-session.ts'
import { startUpload, type Upload, type UploadConflict, type UploadOptions } from '../transfer/upload.ts'
import { changedSince, type FileSource, openSource } from '../transfer/upload-source.ts'
import type { Access } from './access.ts'
import { hasContent, startChecksum } from './checksum.ts'
import { type FileItem, fileItemOf } from './file-item.ts'
import { findItem, goneStart } from './find.ts'

/** Up to this many bytes a file is one request: three fewer than a session. Clients in use change over here, too (rclone). */
const largestContent = 4 * 1024 * 1024

/** Whether a file is sent in one request. @param size undefined while it is not known. */
export function isSmall(size: number | undefined): boolean {
  return size !== undefined && size <= largestContent
}

export interface SendOptions {
  onConflict: UploadConflict
  /** The bytes that have arrived so far. */
  onProgress: (done: number) => void
  /** Gets what cancels the upload as long as it runs. */
  onStart?: (cancel: () => Promise<void>) => void
}

/**
 * Uploads a local file to a place, and compares what has arrived.
 * @param file on this machine; `-` is standard input.
 * @returns the item as the drive has it.
 * @throws OdLinkError (taken) when the name is taken, (service) when something else has arrived, and what Graph refuses.
 */
export async function sendFile(
  access: Access,
  place: Place,
  file: string,
  options: SendOptions,
): Promise<FileItem> {
  // What an address names exists, and Graph gives it new content whatever conflict behavior is requested.
  if (place.path.length === 0 && options.onConflict !== 'replace') throw addressTaken(place)
  const checksum = startChecksum()
  const source = await openSource(file, false, checksum.see)
  const started = Date.now()
  try {
    const json = await transfer(access, place, source, options).catch(async (error: unknown) => {
      const isMissing = error instanceof OdLinkError && error.reason === 'no-such-item'
      throw (isMissing ? await goneStart(access.graph(), place) : undefined) ?? error
    })
    const answered = fileItemOf(json)
    const item = answered.size === undefined ? (await findItem(access.graph(), place)).item : answered
    if (source.isChanged()) throw changedSince(file)
    const hashOf = (name: Parameters<typeof checksum.hashOf>[0]) => checksum.hashOf(name, source.read)
    if (!(await hasContent(item, { size: source.size, hashOf }))) explain(item, source.size, place)
    if (options.onConflict === 'fail') tellReplaced(json, place, started)
    return item
  } finally {
    source.close()
  }
}

function addressTaken(place: Place): OdLinkError {
  return new OdLinkError('taken', `The name is taken: "${showPlace(place)}" already exists.`, {
    reason: 'name-taken',
    next: [
      { intro: 'To replace the existing file:', flags: { 'on-conflict': 'replace' } },
      'To keep both, use the address of its folder.',
    ],
  })
}

async function transfer(
  access: Access,
  place: Place,
  source: FileSource,
  { onConflict, onProgress, onStart }: SendOptions,
): Promise<Record<string, unknown>> {
  const { account, graph, graphOrigin, caller, maxWaitMs, pause } = access
  const path = (await addressOf(graph(), place)).replace(/:$/, '')
  const address = { version: '/v1.0', path, query: '' } as const
  const run = (saved?: UploadOptions['saved']) => {
    const upload: Upload = startUpload(address, source, {
      ...{ openGraph: graph, graphOrigin, caller, maxWaitMs, pause, onConflict, saved },
      ...{ contentUpTo: largestContent, shown: showPlace(place) },
      onProgress: (done) => onProgress(done),
    })
    onStart?.(upload.cancel)
    return upload.finished
  }
  const inSession = () => withSavedSession(account, address, source, run)
  if (source.size > largestContent) return inSession()
  return run().catch((error: unknown) => {
    // Perhaps by an earlier run of od-link, with more content: its session is known, and cancelled.
    const isHeld = error instanceof OdLinkError && error.reason === 'upload-under-way'
    if (isHeld) return inSession()
    throw error
  })
}

/** SharePoint writes properties of the library into such files as it takes them in. rclone/rclone#2599 */
const changedBySharePoint = /\.(docx?|docm|dotx?|xlsx?|xlsm|xltx?|pptx?|pptm|potx?|html?|aspx)$/i

/** What has arrived is not what was sent. @throws OdLinkError (service) unless SharePoint does that to such files. */
function explain(item: FileItem, sent: number, place: Place): void {
  const shown = showPlace(place)
  if (item.driveType !== 'personal' && changedBySharePoint.test(item.name ?? shown)) {
    notices.warning(
      `SharePoint changed "${shown}" as it saved it, as it does with Office files (${sent} bytes sent, ${item.size} saved).`,
    )
    return
  }
  throw new OdLinkError(
    'service',
    `"${shown}" differs from what was sent (${sent} bytes sent, ${item.size} saved).`,
    {
      reason: 'content-differs',
      next: [{ intro: 'To send it again:', flags: { 'on-conflict': 'replace' } }],
    },
  )
}

/** `fail` was once said to be ignored by requests for the content: msgraph-sdk-php#186. An earlier version is still there then. */
function tellReplaced(json: Record<string, unknown>, place: Place, started: number): void {
  const { createdDateTime, lastModifiedDateTime } = json
  const [created, modified] = [createdDateTime, lastModifiedDateTime].map((time) => Date.parse(String(time)))
  const wasThere = Number(modified) - Number(created) > 60_000 + (Date.now() - started)
  if (!wasThere) return
  notices.warning(
    `OneDrive replaced an existing file at "${showPlace(place)}". The version history still has the earlier one.`,
  )
}
