import { type ErrorKind, OdLinkError } from '../../errors.ts'
import { graphFailure, plainMessage, traceOf } from '../errors.ts'
import type { GraphAnswer } from '../request.ts'

/** What a refusal means where od-link does not know what was asked for: the kind alone, by the status. */
const kinds: Record<number, [kind: ErrorKind, hint: string]> = {
  404: ['not-found', 'Check the path: od-link api /me/drive/root/children'],
  405: ['usage', 'Check the method (-X), and that a path by name ends in a colon before what follows it.'],
  409: ['taken', 'Choose another name, or say what to do: -f @microsoft.graph.conflictBehavior=rename'],
  410: ['not-found', 'A delta this old is gone: begin anew, without its token.'],
  411: ['usage', 'Send a body: --input FILE'],
  412: ['taken', 'It has changed meanwhile: read it again.'],
}

/** An answer that is no success, as an error. @param subject what was asked, such as `GET /me/drive`. */
export function apiFailure(answer: GraphAnswer, subject: string): OdLinkError {
  const { status } = answer
  if (status >= 300 && status < 400 && answer.headers.location) {
    return new OdLinkError('usage', `${subject}: the content is at another place (HTTP ${status}).`, {
      hint: '--output FILE   (which fetches it from there, without the token; - prints it)',
    })
  }
  const known = graphFailure(answer, subject)
  const own = kinds[status] ?? (['internal', 'usage'].includes(known.kind) ? general : undefined)
  // No space and no drive have sentences of their own, whatever their status.
  if (!own || known.kind === 'not-allowed') return known
  const [kind, hint] = own
  const message = `Microsoft Graph refuses ${subject} (HTTP ${status}): ${plainMessage(answer)}`
  return new OdLinkError(kind, message, { hint, ...traceOf(answer) })
}

const general: [kind: ErrorKind, hint: string] = [
  'usage',
  'Check the path, the fields and the headers; --include shows the whole answer.',
]
