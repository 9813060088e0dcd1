import type { Account, SavedDrive } from '../../accounts/account.ts'
import { addDrive, refuseTakenDrive } from '../../accounts/drives.ts'
import { accountFlag, findAccount, readLink } from '../../accounts/index.ts'
import type { Arguments } from '../../cli/command.ts'
import { OdLinkError } from '../../errors.ts'
import { openPlaces } from '../../graph/open-place.ts'
import { driveName, type Place, readPlace } from '../../graph/place.ts'
import { inspectPlace } from '../../graph/places/inspect.ts'
import { needsKeys } from '../../graph/places/keys.ts'
import { mayWrite } from '../../graph/places/may-write.ts'
import { readAddressFor, resolveAddress } from '../../graph/places/resolve.ts'
import { type Graph, openGraph } from '../../graph/request.ts'
import { printJson, say, styled } from '../../terminal/index.ts'
import { secondsOf, textOf } from '../shared/arguments.ts'
import { describeDrive } from '../shared/drive-json.ts'

/** What was typed behind `drive add`. */
interface Wanted {
  name: string
  address: string
  item: string | undefined
}

/**
 * Finds what an address stands for, says what it is and whether it can be written to, and saves it.
 * @throws OdLinkError before anything is sent for a name that cannot be one or is taken, and for an address that is not of
 *   the account's cloud.
 */
export async function add(wanted: Wanted, options: Arguments['options']): Promise<void> {
  refuseName(wanted.name)
  refuseTakenDrive(wanted.name)
  const maxWaitMs = (secondsOf(options, 'max-wait') ?? 120) * 1000
  // With --json, an error is all that stderr has.
  const tell = options.json ? () => {} : say
  const { account, graph, place } = await open(wanted, textOf(options, 'account'), maxWaitMs, tell)
  const { graphOrigin, grantedScope } = await readLink(account)
  const { id, item, about } = await inspectPlace(graph, place, { account, grantedScope }, graphOrigin)
  const folder: Place = { drive: `/drives/${encodeURIComponent(id)}`, item, prefix: '', path: [] }
  const byKeys = await needsKeys(graph, folder, graphOrigin)
  const found = { ...folder, byKeys }
  const may = await mayWrite(graph, found, graphOrigin)
  const { name, address } = wanted
  const typed = wanted.item === undefined ? address : `${address} ${wanted.item}`
  const drive: SavedDrive = {
    ...{ name, id, address: typed, about },
    ...(item === undefined ? {} : { item }),
    ...(byKeys ? { byKeys } : {}),
  }
  await addDrive(account, drive)
  if (options.json) {
    printJson({ ...describeDrive({ account, drive }), writable: 'mayWrite' in may ? may.mayWrite : null })
    return
  }
  say(styled('green', '✓'), ` Saved "${name}:": ${about}.`)
  if (!('mayWrite' in may))
    say(`Whether ${accountFlag(account)} may write there is not known. ${may.unknown}`)
  else if (may.mayWrite) say(`To create a folder in it: od-link mkdir ${name}:/NAME`)
  else say(`${account.username} may only read there. Ask its owner for the right to edit.`)
}

interface Opened {
  account: Account
  graph: Graph
  place: Place
}

async function open(
  { address, item }: Wanted,
  wanted: string | undefined,
  maxWaitMs: number,
  tell: (message: string) => void,
): Promise<Opened> {
  if (isId(address)) {
    const account = findAccount(wanted)
    const place = { drive: `/drives/${encodeURIComponent(address)}`, item, prefix: address, path: [] }
    return { account, graph: openGraph(account, maxWaitMs), place }
  }
  if (item !== undefined) throw noId(address)
  const typed = readPlace(address, false)
  if (typed.address === undefined) {
    if (typed.prefix === '' && !address.startsWith('/')) throw noAddress(address)
    return openPlaces({ account: wanted, maxWaitMs })(typed)
  }
  const account = findAccount(wanted)
  const read = await readAddressFor(account, address)
  if (read.link !== undefined)
    tell(`Redeeming the sharing link: ${account.username} keeps the access that it gives.`)
  const graph = openGraph(account, maxWaitMs)
  return { account, graph, place: await resolveAddress(graph, address, read, 'redeemSharingLink') }
}

/** The ID of a drive: `b!…`, or the 16 hexadecimal digits of a personal one. */
function isId(text: string): boolean {
  return /^(b![\w-]{10,}|[0-9a-f]{15,16})$/i.test(text)
}

/** `https` is no drive's name, since an address begins with it. */
const reserved = /^(https?|file)$/i

function refuseName(name: string): void {
  if (driveName.test(name) && !reserved.test(name)) return
  const isLetter = /^[A-Za-z]$/.test(name)
  throw new OdLinkError(
    'usage',
    `A drive cannot be called "${name}"${isLetter ? ', because a single letter is a drive of Windows' : ''}.`,
    {
      reason: 'invalid-value',
      next: ['Use 2 to 40 letters, digits, "-" and "_", beginning with a letter or digit, such as "team".'],
    },
  )
}

function noId(address: string): OdLinkError {
  return new OdLinkError('usage', `"${address}" is not the ID of a drive.`, {
    reason: 'unexpected-argument',
    next: ['Give an address alone, in quotes if it contains spaces; or a drive ID and the ID of a folder.'],
  })
}

function noAddress(address: string): OdLinkError {
  return new OdLinkError('usage', `"${address}" is not an address.`, {
    reason: 'invalid-value',
    next: [
      'Copy it from the browser with its https://, or give a drive ID, or a path that begins with a slash.',
    ],
  })
}
