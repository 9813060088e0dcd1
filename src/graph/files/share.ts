import { OdLinkError } from '../../errors.ts'
import { isJsonObject, textIn } from '../../text/json.ts'
import type { NextStep } from '../../text/next-step.ts'
import type { GraphAnswer } from '../answer.ts'
import { addressOf, followShortcut } from '../drive.ts'
import { codesOf, means, redeemFirst } from '../error-codes.ts'
import { graphFailure } from '../errors.ts'
import { type Place, showPlace } from '../place.ts'
import { missingScope } from '../scopes.ts'
import { mayBeShortcut } from '../shortcuts.ts'
import type { At } from './access.ts'
import { browserUrl } from './browser-url.ts'
import { goneStart, noItem } from './find.ts'

export interface LinkWish {
  canEdit: boolean
  /** Absent: the kind that the organization or the drive has by default. */
  scope?: 'anonymous' | 'organization' | undefined
  /** In milliseconds since the epoch. */
  expires?: number | undefined
}

export interface SharingLink {
  url: string
  /** `view` or `edit`, as the server says. */
  type: string
  /** `anonymous`, `organization` or `users`. */
  scope: string
  expires: number | undefined
  hasPassword: boolean
  /** Whether it was created by this request; otherwise it existed. */
  created: boolean
}

const longestUrl = 8_000

/**
 * Creates a link to an item, or finds the same link of an earlier time.
 * https://learn.microsoft.com/en-us/graph/api/driveitem-createlink
 * @throws OdLinkError (not-allowed) when the organization forbids it.
 */
export async function shareItem({ access, place }: At, wish: LinkWish): Promise<SharingLink> {
  const graph = access.graph()
  const { canEdit, scope, expires } = wish
  const body = {
    type: canEdit ? 'edit' : 'view',
    ...(scope ? { scope } : {}),
    // Whole seconds: the page shows no others.
    ...(expires === undefined
      ? {}
      : { expirationDateTime: new Date(expires).toISOString().replace(/\.\d+Z$/, 'Z') }),
  }
  const send = async (at: Place) =>
    graph.send({ method: 'POST', path: `${await addressOf(graph, at)}/createLink`, body })
  let answer = await send(place)
  const behind = mayBeShortcut(answer) ? await followShortcut(graph, place) : undefined
  if (behind) answer = await send(behind)
  if (means(answer, 'notFound'))
    throw (await goneStart(graph, behind ?? place, answer)) ?? noItem(place, answer)
  if (answer.status >= 300) throw refused(graphFailure(answer, `Sharing "${showPlace(place)}"`), wish, answer)
  const { link, expirationDateTime, hasPassword } = answer.json ?? {}
  const { webUrl, type, scope: given } = isJsonObject(link) ? link : {}
  const url = browserUrl(textIn(webUrl, longestUrl), access.graphOrigin)
  if (url === undefined) throw unreadable(place)
  const until = Date.parse(textIn(expirationDateTime, 40))
  return {
    url,
    type: textIn(type, 40) || (canEdit ? 'edit' : 'view'),
    scope: textIn(given, 40) || scope || 'users',
    expires: Number.isNaN(until) ? undefined : until,
    hasPassword: hasPassword === true,
    created: answer.status === 201,
  }
}

/** What an administrator forbids is told, with the kind of link that may be allowed. */
function refused(error: OdLinkError, { scope, canEdit }: LinkWish, answer: GraphAnswer): OdLinkError {
  const isPolicy = codesOf(answer).some((code) => /sharing|policy/i.test(code))
  const isForbidden = error.reason === 'access-denied' || isPolicy
  const isUnsupported = error.reason === 'refused-request'
  if ((!isForbidden && !isUnsupported) || missingScope(answer.asked)) return error
  const next: NextStep[] = [
    ...redeemFirst(answer),
    ...(scope === 'anonymous'
      ? [
          {
            intro: 'Links for anyone may be forbidden. For people in your organization:',
            flags: { anyone: undefined, organization: true as const },
          },
        ]
      : []),
    ...(scope === 'organization'
      ? [
          {
            intro: 'A personal OneDrive has no organization. For anyone:',
            flags: { organization: undefined, anyone: true as const },
          },
        ]
      : []),
    ...(canEdit ? [{ intro: 'A link that only shows it:', flags: { edit: undefined } }] : []),
    'The owner of the folder, or the administrator of your organization, decides what may be shared.',
  ]
  return error.with({ next })
}

function unreadable(place: At['place']): OdLinkError {
  return new OdLinkError('service', `OneDrive did not say what the link to "${showPlace(place)}" is.`, {
    reason: 'unreadable-answer',
    next: ['Look at the sharing settings of the item in the browser.'],
  })
}
