import type { Arguments } from '../../cli/command.ts'
import { type SharingLink, shareItem } from '../../graph/files/share.ts'
import { readPlace, showPlace } from '../../graph/place.ts'
import { print, printJson, say } from '../../terminal/index.ts'
import { isoTime, localTime } from '../../text/format.ts'
import { textOf } from '../shared/arguments.ts'
import { placesOf } from '../shared/file-options.ts'
import { readExpiry } from './expiry.ts'

/** `od-link share PATH`: prints the URL of a link, and says who can open it. */
export async function run({ positional: [path = ''], options }: Arguments): Promise<void> {
  const typed = readPlace(path)
  const text = textOf(options, 'expires')
  const expires = text === undefined ? undefined : readExpiry(text)
  const scope = options.anyone ? 'anonymous' : options.organization ? 'organization' : undefined
  const at = await placesOf(options)(typed)
  const link = await shareItem(at, { canEdit: options.edit === true, scope, expires })
  if (options.json) {
    const { url, type, created, hasPassword } = link
    printJson({
      path: showPlace(at.place),
      url,
      type,
      scope: link.scope,
      expires: link.expires === undefined ? null : isoTime(link.expires),
      hasPassword,
      created,
    })
    return
  }
  print(link.url)
  say(whoCanOpen(link))
  if (expires !== undefined && link.expires === undefined)
    say('Note: OneDrive did not confirm when it expires.')
}

function whoCanOpen({ type, scope, expires, hasPassword }: SharingLink): string {
  const who: Record<string, string> = {
    anonymous: 'Anyone with the link',
    organization: 'Anyone in your organization with the link',
    users: 'Only people it is shared with',
  }
  const does = type === 'edit' ? 'can view and change it' : 'can view it'
  const password = hasPassword ? ', with a password' : ''
  const until = expires === undefined ? '' : ` until ${localTime(expires)}`
  return `${who[scope] ?? 'People with the link'} ${does}${until}${password}.`
}
