import type { Arguments } from '../../cli/command.ts'
import { OdLinkError } from '../../errors.ts'
import { browserUrl } from '../../graph/files/browser-url.ts'
import { findItem } from '../../graph/files/find.ts'
import { readPlace, showPlace } from '../../graph/place.ts'
import { openBrowser } from '../../signin/browser.ts'
import { detectEnvironment } from '../../signin/environment.ts'
import { print, printJson, say } from '../../terminal/index.ts'
import { placesOf } from '../shared/file-options.ts'

/** `od-link open [PATH]`: prints the item's URL, and opens it where a person would see the browser. */
export async function run({ positional: [path = '/'], options }: Arguments): Promise<void> {
  const typed = readPlace(path)
  const { access, place } = await placesOf(options)(typed)
  const { item } = await findItem(access.graph(), place)
  const webUrl = browserUrl(item.webUrl, access.graphOrigin)
  if (webUrl === undefined) throw noUrl(showPlace(place))
  if (options.json) return printJson({ path: showPlace(place), url: webUrl })
  print(webUrl)
  const environment = detectEnvironment()
  const { browser, hasDisplay, ssh, place: remote } = environment
  const isNone = browser?.command === 'none'
  const isSeen = process.stdout.isTTY === true && (browser !== undefined || (hasDisplay && !ssh && !remote))
  if (isNone || !isSeen) return
  // The URL is no secret to this machine: it needs a sign-in.
  const failure = await openBrowser(webUrl, environment, (url) => url)
  if (failure) say(`Couldn't open a browser: ${failure}.`)
}

function noUrl(shown: string): OdLinkError {
  return new OdLinkError('service', `OneDrive gave no URL for "${shown}" that a browser can open.`, {
    reason: 'unreadable-answer',
    next: ['Open https://onedrive.com, and look for it there.'],
  })
}
