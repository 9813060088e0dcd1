import type { Attack } from '../attack.ts'
import type { Stage } from '../stage.ts'
import type { Answer } from '../tamperer.ts'

/** Answers that refer to other hosts or paths. */
export function placeCases({ stranger }: Stage): Attack[] {
  return Object.entries(stranger.origins).flatMap(([place, origin]): Attack[] => [
    ...(['login', 'device', 'setup', 'doctor'] as const).map(
      (scene): Attack => ({
        group: 'URLs of other hosts',
        name: `discovery names ${place} for every endpoint and for the keys`,
        scene,
        kinds: ['discovery'],
        codes: [0],
        tamper: ({ json }) => {
          for (const name of Object.keys(json))
            if (name.endsWith('_endpoint') || name.endsWith('_uri')) json[name] = `${origin}/x`
          return undefined
        },
      }),
    ),
    {
      group: 'URLs of other hosts',
      name: `discovery names ${place} as the issuer`,
      scene: 'login',
      kinds: ['discovery'],
      codes: [6],
      tamper: ({ json }) => {
        json.issuer = `${origin}/{tenantid}/v2.0`
        return undefined
      },
    },
    ...(['list', 'many'] as const).map(
      (scene): Attack => ({
        group: 'URLs of other hosts',
        name: `a list whose next page is on ${place}`,
        scene,
        codes: [0, 3],
        tamper: (answer) => nextPage(answer, `${origin}/v1.0/me/drive/root/children?$top=200`),
      }),
    ),
    ...(['mkdir', 'reuse', 'renewal', 'many', 'login'] as const).map(
      (scene): Attack => ({
        group: 'URLs of other hosts',
        name: `Location, Content-Location, Refresh and Link name ${place}, beside the true answer`,
        scene,
        codes: [0],
        tamper: ({ headers }) => {
          const address = `${origin}/v1.0/me`
          Object.assign(headers, { location: address, 'content-location': address })
          Object.assign(headers, {
            refresh: `0; url=${address}`,
            link: `<${address}>; rel=next`,
            'alt-svc': 'h2="evil:443"',
          })
          return undefined
        },
      }),
    ),
  ])
}

let page = 0
const nextNumber = () => {
  page += 1
  return page
}
const links: [string, () => unknown][] = [
  ['links to itself', () => 'http://localhost/v1.0/me/drive/root/children?again'],
  ['always links to another page', () => `http://localhost/v1.0/me/drive/root/children?page=${nextNumber()}`],
  ['has 7 MB', () => `http://localhost/v1.0/${'x'.repeat(7_000_000)}${nextNumber()}`],
  ['leaves the version', () => 'http://localhost/v1.0/../beta/me'],
  ['belongs to another account', () => 'http://localhost/v1.0/users/eve/drive/root/children'],
  ['is not a string', () => ({ toString: 1 })],
  ['is a javascript: URL', () => 'javascript:alert(1)'],
]

export const nextPageCases: Attack[] = links.flatMap(([name, link]) =>
  (['list', 'many'] as const).map((scene) => ({
    group: 'Endless lists',
    name: `the next page ${name}`,
    scene,
    // For a missing item Graph may answer that there is no such drive: 9.
    codes: [0, 3, 6, 7, 8, 9],
    tamper: (answer: Answer) => nextPage(answer, link()),
  })),
)

/** An empty list with another page; in a batch, each list. */
function nextPage({ json }: Answer, link: unknown): undefined {
  const lists = json.responses ? json.responses.map(({ body }: { body: unknown }) => body) : [json]
  for (const list of lists)
    if (Array.isArray(list?.value)) Object.assign(list, { value: [], '@odata.nextLink': link })
}
