import { listDrives, type OwnedDrive, removeDrive } from '../../accounts/drives.ts'
import { accountFlag, findAccount } from '../../accounts/index.ts'
import type { Arguments } from '../../cli/command.ts'
import { unexpectedArgument } from '../../cli/usage-errors.ts'
import { OdLinkError } from '../../errors.ts'
import { print, printJson, say } from '../../terminal/index.ts'
import { sanitize } from '../../text/sanitize.ts'
import { textOf } from '../shared/arguments.ts'
import { describeDrive } from '../shared/drive-json.ts'

/** The most arguments that each action takes, itself included. */
const most: Record<string, number> = { add: 4, list: 1, remove: 2 }

/** `od-link drive add NAME ADDRESS [ITEM]`, `drive list`, `drive remove NAME`. */
export async function run({ positional, options }: Arguments): Promise<void> {
  const [action = '', name, address, item] = positional
  const extra = positional[most[action] ?? 1]
  if (extra !== undefined) throw unexpectedArgument(extra, 'drive')
  const json = options.json === true
  if (action === 'list') return list(json, textOf(options, 'account'))
  if (name === undefined) throw missing('<name>', [action, 'NAME', ...(action === 'add' ? ['ADDRESS'] : [])])
  if (action === 'remove') {
    const removed = await removeDrive(withoutColon(name))
    if (json) printJson(describeDrive(removed))
    else say(`Removed the saved drive "${removed.drive.name}:". Nothing in it was changed.`)
    return
  }
  if (address === undefined) throw missing('<address>', ['add', name, 'ADDRESS'])
  const { add } = await import('./add.ts')
  await add({ name: withoutColon(name), address, item }, options)
}

/** People type the name as it stands in a path: `team:`. */
function withoutColon(name: string): string {
  return name.replace(/:\/?$/, '')
}

function missing(what: string, args: string[]): OdLinkError {
  return new OdLinkError('usage', `Missing argument: ${what}`, {
    reason: 'missing-argument',
    next: [{ verb: 'drive', args }],
  })
}

function list(json: boolean, wanted: string | undefined): void {
  const drives = wanted === undefined ? listDrives() : listDrives([findAccount(wanted)])
  if (json) {
    printJson(drives.map(describeDrive))
    return
  }
  if (drives.length === 0) say('No drive is saved. To save one: od-link drive add NAME ADDRESS')
  const width = Math.max(...drives.map(({ drive }) => drive.name.length)) + 2
  for (const one of drives) print(line(one, width))
}

function line({ account, drive }: OwnedDrive, width: number): string {
  return sanitize(`${`${drive.name}:`.padEnd(width)} ${drive.about} (${accountFlag(account)})`)
}
