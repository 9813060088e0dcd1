import { OdLinkError } from '../errors.ts'
import { menu } from '../identity/portal.ts'

const guid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi

/**
 * The client id in what a person pasted: alone, in quotes, with its label, or in an address of the portal.
 * @throws OdLinkError (usage) that tells what was pasted instead; it repeats nothing that could be a secret.
 */
export function readClientId(text: string): string {
  const where = `Copy the ${menu.clientId} from ${menu.overview}; it looks like this:\n11111111-2222-3333-4444-555555555555`
  const named = /(?:appId|client_?id)(?:\/|=|%2F|%3D)([0-9a-f-]{36})/i.exec(text)?.[1]
  const found = idsIn(named ?? text)
  if (found[0] && found.length === 1 && (named || !isAddress(text))) return found[0]
  throw new OdLinkError('usage', noClientIdIn(text), { hint: where })
}

function idsIn(text: string): string[] {
  return [...new Set(text.match(guid)?.map((id) => id.toLowerCase()))]
}

function isAddress(text: string): boolean {
  return /^https?:/i.test(text)
}

/** What a text that is no client id seems to be, in a sentence that repeats nothing of it: it could be a secret. */
export function noClientIdIn(text: string): string {
  if (!text) return 'No client id was given.'
  if (isAddress(text)) return 'No client id stands in that address.'
  if (idsIn(text).length > 1) return 'There is more than one id in that.'
  if (/^[^\s@]+@[^\s@]+$/.test(text)) return 'That is the address of a person, not a client id.'
  if (/^[\x21-\x7e]{30,}$/.test(text)) {
    return 'That is no client id. If it is a client secret, it was seen here: better make a new one.'
  }
  return 'That is not a client id.'
}

/**
 * The directory of an app that is for one organisation only.
 * @throws OdLinkError (usage) when it is none.
 */
export function readDirectory(text: string): string {
  const id = text.match(guid)?.[0] ?? text
  if (/^[\w-]+(\.[\w-]+)+$/.test(id) || id.match(guid)) return id.toLowerCase()
  throw new OdLinkError('usage', text ? 'That is not a directory.' : 'No directory was given.', {
    hint: `Copy the ${menu.tenantId} from ${menu.overview}, or type a domain such as contoso.com.`,
  })
}
