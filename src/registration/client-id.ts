import { OdLinkError } from '../errors.ts'
import { menu } from '../identity/portal.ts'

const guid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi

/**
 * The client ID in what a person pasted: alone, in quotes, with its label, or in a URL of the portal.
 * @throws OdLinkError (usage) that says what was pasted instead; it repeats nothing that could be a secret.
 */
export function readClientId(text: string): string {
  const named = /(?:appId|client_?id)(?:\/|=|%2F|%3D)([0-9a-f-]{36})/i.exec(text)?.[1]
  const found = idsIn(named ?? text)
  if (found[0] && found.length === 1 && (named || !isUrl(text))) return found[0]
  throw new OdLinkError('usage', noClientIdIn(text), {
    reason: 'invalid-value',
    next: [
      `Copy the ${menu.clientId} from ${menu.overview}. It looks like this:`,
      '11111111-2222-3333-4444-555555555555',
    ],
  })
}

function idsIn(text: string): string[] {
  return [...new Set(text.match(guid)?.map((id) => id.toLowerCase()))]
}

function isUrl(text: string): boolean {
  return /^https?:/i.test(text)
}

/** What a text that is not a client ID seems to be, in a sentence that repeats nothing of it: it could be a secret. */
export function noClientIdIn(text: string): string {
  if (!text) return 'No client ID was given.'
  if (isUrl(text)) return 'That URL does not contain a client ID.'
  if (idsIn(text).length > 1) return 'That contains more than one ID.'
  if (/^[^\s@]+@[^\s@]+$/.test(text)) return 'That is an email address, not a client ID.'
  if (/^[0-9a-f-]{20,}$/i.test(text)) return `A client ID has 36 characters, and this has ${text.length}.`
  if (/^[\x21-\x7e]{30,}$/.test(text)) {
    return 'That is not a client ID. If it is a client secret, it has been exposed; create a new one.'
  }
  return 'That is not a client ID.'
}

/**
 * The directory of an app that is for one organisation only.
 * @throws OdLinkError (usage) when it is not one.
 */
export function readDirectory(text: string): string {
  const id = text.match(guid)?.[0] ?? text
  if (/^[\w-]+(\.[\w-]+)+$/.test(id) || id.match(guid)) return id.toLowerCase()
  throw new OdLinkError('usage', text ? 'That is not a directory.' : 'No directory was given.', {
    reason: 'invalid-value',
    next: [`Copy the ${menu.tenantId} from ${menu.overview}, or type a domain such as contoso.com.`],
  })
}
