import { expect, it } from 'vitest'
import { browserUrl } from '../../../src/graph/files/browser-url.ts'

const graph = 'https://graph.microsoft.com'
const sandbox = 'http://127.0.0.1:8400'

it.each([
  ['https://1drv.ms/f/s!A', graph],
  ['https://contoso.sharepoint.com/:f:/s/team/E?e=1', sandbox],
  ['http://localhost:8400/web/a', sandbox],
  ['http://127.0.0.1:9/a', 'http://localhost:8400'],
])('a browser may open %s of a Graph at %s', (url, origin) => {
  expect(browserUrl(url, origin)).toBe(url)
})

it.each<[string | undefined, string]>([
  [undefined, graph],
  ['', graph],
  ['http://contoso.sharepoint.com/a', graph],
  ['http://contoso.sharepoint.com/a', sandbox],
  ['http://localhost:8400/a', graph],
  ['file:///etc/passwd', sandbox],
  ['javascript://%0aalert(1)', graph],
  ['ms-word:ofe|u|https://a.example/b', graph],
  [' https://a.example/', graph],
  ['https://a.example/b c', graph],
  ['https://a.example/é', graph],
  ['https://a.example/\n', graph],
  ['https://', graph],
  ['https://[::1', graph],
])('it may not open %j of a Graph at %s', (url, origin) => {
  expect(browserUrl(url, origin)).toBeUndefined()
})
