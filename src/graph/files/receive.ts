import { OdLinkError } from '../../errors.ts'
import { notices } from '../../notices.ts'
import type { Address } from '../api/address.ts'
import { addressOf } from '../drive.ts'
import { type Place, showPlace } from '../place.ts'
import { download } from '../transfer/download.ts'
import type { PartTarget, Target } from '../transfer/partial-file.ts'
import { readSigned } from '../transfer/signed-url.ts'
import type { Access } from './access.ts'
import { hasContent, startChecksum } from './checksum.ts'
import type { FileItem, Hashes } from './file-item.ts'
import { findItem } from './find.ts'

/**
 * Downloads a file, and compares what has arrived before the target is finished. Where it is something else, such as the page
 * of a network or a part that claims to be all, it is downloaded once more, unless it went to a pipe.
 * @param item as it was read a moment ago.
 * @throws OdLinkError (service) when something else has arrived; a target on a disk is then as before.
 */
export async function receiveFile(
  access: Access,
  place: Place,
  item: FileItem,
  target: Target | PartTarget,
  onProgress: (done: number, total: number | undefined) => void,
): Promise<void> {
  const { graph, graphOrigin, caller, maxWaitMs, pause } = access
  const address = await contentAddress(access, place, item)
  const compared = comparing(target, access, place, item)
  const request = { method: 'GET', address, headers: {} }
  const from = {
    ...{ openGraph: graph, graphOrigin, caller, maxWaitMs, pause, onProgress, takers: {} },
    shown: showPlace(place),
  }
  const first = item.downloadUrl === undefined ? undefined : readSigned(item.downloadUrl, graphOrigin)
  await download(request, compared, { ...from, first }).catch((error: unknown) => {
    const differs = error instanceof OdLinkError && error.reason === 'content-differs'
    if (!differs || !('read' in target)) throw error
    notices.waiting(`${error.message} Downloading it again…`)
    return download(request, compared, from)
  })
}

/** By its ID where that is known: the path may lead to another file by then. */
async function contentAddress({ graph }: Access, place: Place, { id }: FileItem): Promise<Address> {
  const item =
    id === undefined ? await addressOf(graph(), place) : `${place.drive}/items/${encodeURIComponent(id)}`
  return { version: '/v1.0', path: `${item}/content`, query: '' }
}

/** What SharePoint may add to an Office file, in bytes: many times what has been seen. */
const mostAdded = 16 * 1024 * 1024

/** A target that is only finished with the content that the drive has. */
function comparing(target: Target | PartTarget, access: Access, place: Place, item: FileItem): Target {
  const checksum = startChecksum()
  // SharePoint's own sizes of such files are not always those of their content. rclone/rclone#2599
  const isInexact =
    item.driveType !== 'personal' && /\.(docx?|xlsx?|pptx?|html?|aspx)$/i.test(item.name ?? '')
  const mostOf = ({ size = Number.POSITIVE_INFINITY }: FileItem) => size + (isInexact ? mostAdded : 0)
  let most = mostOf(item)
  const readBack = async function* (first: number) {
    if ('read' in target) yield* target.read(first)
  }
  const local = {
    get size() {
      return target.have
    },
    hashOf: (name: keyof Hashes) => checksum.hashOf(name, readBack),
  }
  return {
    get have() {
      return target.have
    },
    get saved() {
      return target.saved
    },
    get etag() {
      return target.etag
    },
    get isKept() {
      return target.isKept
    },
    begin(etag) {
      target.begin(etag)
      checksum.reset()
    },
    async write(chunk) {
      const at = target.have
      const received = at + chunk.length
      // A server that never ends would fill the disk.
      if (received > most) most = mostOf(await again())
      if (received > most) throw differs(received)
      const written = target.write(chunk)
      checksum.see(chunk, at)
      return written
    },
    settle: async () => target.settle?.(),
    async finish() {
      // What went to a pipe can be read only once, and few drives lack a quickXorHash.
      const mayHash = 'read' in target || item.hashes.quickxor !== undefined
      const known = mayHash ? item : { ...item, hashes: {} }
      if (!(await hasContent(known, local)) && !(await hasContent(await again(), local))) refuse()
      if ('stamp' in target && item.modified !== undefined) target.stamp(item.modified)
      await target.finish()
    },
  }

  /** It may have changed since it was read. */
  async function again() {
    return (await findItem(access.graph(), place)).item
  }

  function refuse(): void {
    if (!isInexact) throw differs(target.have)
    notices.warning(
      `"${showPlace(place)}" differs from what SharePoint says it has, as Office files may (${sizesOf(target.have)}).`,
    )
  }

  function differs(received: number): OdLinkError {
    if ('read' in target) target.begin(undefined)
    return new OdLinkError('service', `What arrived is not "${showPlace(place)}" (${sizesOf(received)}).`, {
      reason: 'content-differs',
      next: ['Run it again.'],
    })
  }

  function sizesOf(received: number): string {
    return `${received} bytes received, ${item.size} expected`
  }
}
