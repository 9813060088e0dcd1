import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ContentHost, startContentHost } from '../../helpers/microsoft/content-host.ts'
import { type Answer, startServer, type TestServer } from '../../helpers/network/server.ts'
import { changeRecord, useLinked } from '../../helpers/program/linked.ts'
import { hasTerminal, odLinkWord, startInTerminal } from '../../helpers/terminal/terminal.ts'

describe.runIf(hasTerminal())('at a terminal, od-link api', () => {
  const at = useLinked()
  let graph: TestServer
  let host: ContentHost
  let answer: Answer = { status: 200, body: {} }
  const api = (args: string) => startInTerminal(`${odLinkWord} api ${args}`, { ...at.world.env }).ended
  beforeAll(async () => {
    graph = await startServer(() => answer)
    host = await startContentHost()
    changeRecord(at.world, { graphOrigin: graph.origin })
  })
  afterAll(() => Promise.all([graph.stop(), host.stop()]))

  it('lays JSON out', async () => {
    answer = { status: 200, body: { name: 'Reports', folder: { childCount: 1 } } }
    expect(await api('/me/x')).toEqual({
      code: 0,
      shown: '{\n  "name": "Reports",\n  "folder": {\n    "childCount": 1\n  }\n}\n',
    })
  })

  it('shows text without what could harm the terminal', async () => {
    const headers = { 'content-type': 'text/plain' }
    answer = { status: 200, headers, body: 'one\n\x1b]0;title\x07two\u202e\nthree' }
    expect(await api('/me/x')).toEqual({ code: 0, shown: 'one\n]0;titletwo\nthree\n' })
    answer = { status: 200, body: { name: 'a\x1b[2Jb' } }
    expect((await api('-i /me/x')).shown).toMatch(
      /^HTTP\/1\.1 200 OK\n[\s\S]*\n\n\{\n {2}"name": "a\\u001b\[2Jb"\n\}\n$/,
    )
  })

  it('refuses binary content', async () => {
    answer = { status: 200, headers: { 'content-type': 'image/png' }, body: '\x89PNG\0\0' }
    const { code, shown } = await api('/me/photo')
    expect(code).toBe(2)
    expect(shown).toBe(
      'od-link: The response is binary; it is not printed to a terminal.\n  next: To save it: od-link api --output FILE /me/photo\n',
    )
  })

  it('shows how far a download is, and what it came to', async () => {
    host.content = { size: 2 * 1024 * 1024, seed: 3, etag: '"x"' }
    host.delayMs = 20
    answer = { status: 302, headers: { location: `${host.origin}/f` } }
    const { code, shown } = await api(`/me/x --output ${join(at.world.dir, 'file')}`)
    expect(code).toBe(0)
    expect(shown).toMatch(/[\d.]+ [KM]B of 2\.0 MB · [\d.]+ [KM]B\/s · [\d.]+ s left/)
    expect(shown).toMatch(/✓ 2\.0 MB in [\d.]+ s\n$/)
    expect(shown.split('\n')).toHaveLength(2)
  })

  it('shows how far an upload is, and then the item', async () => {
    const file = join(at.world.dir, 'up')
    writeFileSync(file, Buffer.alloc(1024 * 1024))
    answer = { status: 200, body: { uploadUrl: `${host.origin}/upload` } }
    host.delayMs = 20
    const { code, shown } = await api(`--upload ${file} /me/drive/root:/up`)
    expect(code).toBe(0)
    expect(shown).toMatch(/✓ 1\.0 MB in [\d.]+ s\n\{\n {2}"id": "01",/)
  })
})
