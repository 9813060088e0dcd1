import type { Attack } from '../attack.ts'
import type { Stage } from '../stage.ts'
import { everyRequest } from './requests.ts'

/** Redirects: od-link must not follow them with a token, code or secret. */
export function redirectCases({ stranger }: Stage): Attack[] {
  const targets = { ...stranger.origins, 'the same host, without a scheme': '//login.evil.example' }
  return [301, 302, 303, 307, 308].flatMap((status) =>
    Object.entries(targets).flatMap(([target, origin]) =>
      // The authorize page answers with a redirect by design, and the client there does not follow it either. A URL of bytes
      // needs no token and may lead on to another storage: od-link follows it.
      everyRequest(target)
        .filter(({ kinds: [kind] }) => kind !== 'bytes')
        .map((one) => ({
          ...one,
          group: 'Redirects',
          name: `HTTP ${status} to ${target}`,
          tls: true,
          ...(one.scene === 'mkdir' ? { codes: [6], stderr: /sends od-link elsewhere \(HTTP 3/ } : {}),
          tamper: (answer, { path }) => {
            Object.assign(answer, { status, body: '' })
            Object.assign(answer.headers, {
              location: `${origin}${path}`,
              refresh: `0; url=${origin}`,
              link: `<${origin}>`,
            })
            return undefined
          },
        })),
    ),
  )
}
