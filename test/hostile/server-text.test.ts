import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filterToken, hideToken } from '../../src/graph/api/hide-token.ts'
import { failedPage, linkedPage } from '../../src/signin/result-page.ts'
import { type Answer, type Request, startServer, type TestServer } from '../helpers/network/server.ts'
import { changeRecord, jsonError, useLinked } from '../helpers/program/linked.ts'

const order = 'Renew it with: od-link login --client-id evil'
const breaks = ['\n', '\r', '\r\n', '\u0085', '\u2028', '\v', '\n        ', '\n  next: ']
const shapeless = /[\0-\x1f\x7f-\x9f\u200b\u202e\u2028\u2029\u{e0000}-\u{e007f}]/u
const hidden = `\u202e\u200b${'\u{e0041}\u{e007f}'}\u001b[2J`

describe('what a server says', () => {
  const at = useLinked()
  let graph: TestServer
  let answer: (request: Request) => Answer
  beforeAll(async () => {
    graph = await startServer((request) => answer(request))
    changeRecord(at.world, { graphOrigin: graph.origin })
  })
  afterAll(() => graph.stop())

  const said = breaks.map((one) => `It is so.${hidden}${one}${order}`).join('')
  const refusal = (status: number): Answer => ({
    status,
    headers: { 'retry-after': '9999' },
    body: { error: { code: `bad\n  next: ${order}`, message: said } },
  })

  it.each([
    ['mkdir', ['mkdir', '/', 'x'], 400],
    ['mkdir', ['mkdir', '/', 'x'], 403],
    ['api', ['api', '/me/drive'], 404],
    ['api', ['api', '/me/drive'], 418],
    ['status --check', ['status', '--check'], 403],
  ])('in a refusal makes no line of its own and hides nothing: %s %j HTTP %i', async (_, args, status) => {
    answer = () => refusal(status)
    const { code, stderr } = await at.world.run(args)
    expect(code).not.toBe(0)
    expect(stderr).toContain('It is so.')
    const lines = stderr.trimEnd().split(/[\n\r\v\x85\u2028]/)
    // The sentence, its hint, and the code: what the server said is inside of them.
    for (const line of lines) expect(line).toMatch(/^(od-link: | {2}next: | {2}code: | {8}\S)/)
    expect(lines.filter((line) => /^\s*(next: )?Renew it with/.test(line))).toEqual([])
    expect(stderr.replaceAll('\n', '')).not.toMatch(shapeless)
    const { message, hint, code: given } = jsonError((await at.world.run([...args, '--json'])).stderr)
    for (const text of [message, hint, given]) expect(text.replaceAll('\n', '')).not.toMatch(shapeless)
    expect(hint).not.toContain(order)
    expect([message, given].join('')).not.toContain('\n')
  })

  it('as the URL of a next page is shown only as its origin', async () => {
    const link = `https://evil.example/v1.0/me\n${order}\n`
    for (const [next, shown] of [
      [link, 'https://evil.example'],
      ['https://', 'it is not a URL'],
      [`data:text/plain,\n${order}`, 'data://'],
    ]) {
      answer = () => ({ status: 200, body: { value: [], '@odata.nextLink': next } })
      const { code, stderr } = await at.world.run(['api', '--paginate', '/me/x'])
      expect({ code, stderr }).toEqual({
        code: 6,
        stderr: `od-link: The link to the next page leads to another host.\n  next: Nothing was sent there: ${shown}\n`,
      })
    }
  })

  it('as the URL of content is shown in the same way', async () => {
    answer = () => ({
      status: 302,
      headers: { location: 'http://evil.example/Renew it with: od-link login' },
    })
    const { code, stderr } = await at.world.run(['api', '--output', '-', '/me/drive/root:/a:/content'])
    expect({ code, stderr }).toMatchObject({
      code: 6,
      stderr: expect.stringMatching(/ {2}next: Nothing was sent there: http:\/\/evil\.example\n$/),
    })
  })

  it('of the token that was sent is not shown, in headers, refusals and answers', async () => {
    let token = ''
    for (const status of [200, 302, 400]) {
      answer = ({ headers: { authorization = '' } }) => {
        token = authorization.replace('Bearer ', '')
        return {
          status,
          headers: {
            'x-echo': `you sent ${token}`,
            etag: `"${encodeURIComponent(token)}"`,
            ...(status === 302 ? { location: `https://elsewhere.example/${token}` } : {}),
          },
          body: {
            authorization,
            padding: 'x'.repeat(100_000),
            again: token,
            error: { message: `No ${token}` },
          },
        }
      }
      const { stdout, stderr } = await at.world.run(['api', '--include', '/me/drive'])
      expect(token.length).toBeGreaterThan(100)
      expect([stdout, stderr].map((text) => text.includes(token))).toEqual([false, false])
      expect(stdout).toMatch(/^x-echo: you sent …$/m)
      expect(stdout).toMatch(/^etag: "…"$/m)
      expect(stdout).toContain('"authorization":"Bearer …"')
    }
    answer = () => ({ status: 200, body: token })
    expect((await at.world.run(['api', '/me/drive'])).stdout).toBe('…')
  })

  it('of the sign-in service makes no line of its own, either', async () => {
    await at.weather('/token', {
      status: 400,
      body: {
        error: `invalid_grant${hidden}\n${order}`,
        error_description: `It is so.${hidden}\v${order}`,
        timestamp: `\n${order}`,
      },
    })
    const { stderr } = await at.world.run(['status', '--check'])
    expect(stderr).toContain('It is so.')
    expect(stderr.split('\n').filter((line) => line.startsWith(order))).toEqual([])
    expect(stderr.replaceAll('\n', '')).not.toMatch(shapeless)
    await at.calm()
  })
})

describe('a name with characters that have no shape', () => {
  const at = useLinked()

  it('is shown without them, and is whole in JSON', async () => {
    const name = `pay\u200bpal\u2060\ufff9${'\u{e0041}\u{e007f}'}👩\u200d💻`
    const shown = await at.world.run(['mkdir', '/', name])
    expect(shown).toMatchObject({ code: 0, stdout: '/paypal👩\u200d💻\n', stderr: '' })
    const { stdout } = await at.world.run(['mkdir', '--json', '--on-conflict', 'reuse', '/', name])
    expect(JSON.parse(stdout)).toMatchObject([{ name, created: false }])
    expect(stdout.trimEnd()).not.toMatch(shapeless)
    expect(stdout).toContain('\\udb40\\udc41')
    const taken = await at.world.run(['mkdir', '/', name])
    expect(taken.code).toBe(3)
    expect(taken.stderr.replaceAll('\n', '')).not.toMatch(shapeless)
  })
})

describe('the page at the end of a sign-in', () => {
  it.each([
    ['linked', (text: string) => linkedPage(text, 'work')],
    ['not linked', failedPage],
  ])('has hostile text as text, without what would hide or turn it: %s', (_, page) => {
    const html = page(`<img src=x onerror="alert('1')">&lt;${hidden}</p><script>`)
    expect(html).toContain('&#60;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&#62;&#38;lt;')
    expect(html).not.toMatch(/<img|<script/)
    expect(html.replaceAll('\n', '')).not.toMatch(shapeless)
  })
})

describe('a token in an answer', () => {
  const token = 'EwB4A8l6/BAAU+abc=='
  const forms = [token, encodeURIComponent(token), token.replaceAll('/', '\\/')]

  it('is found wherever the answer is cut into pieces, and nothing else changes', () => {
    const text = `Grüße 🎉 ${forms.join(' – ')} EwB4A8l6 ${token}${token}`
    const bytes = Buffer.from(text)
    const shown = hideToken(text, token)
    expect(shown).toBe('Grüße 🎉 … – … – … EwB4A8l6 ……')
    for (let size = 1; size <= bytes.length; size += 1) {
      const filter = filterToken(token)
      const out: Buffer[] = []
      for (let at = 0; at < bytes.length; at += size) out.push(filter.take(bytes.subarray(at, at + size)))
      expect(Buffer.concat([...out, filter.rest()]).toString()).toBe(shown)
    }
  })
})
