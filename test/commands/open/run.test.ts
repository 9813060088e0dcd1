import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { useLinked } from '../../helpers/program/linked.ts'
import { putProgram } from '../../helpers/system/put-program.ts'
import { hasTerminal, odLinkWord, startInTerminal } from '../../helpers/terminal/terminal.ts'

describe('od-link open', () => {
  const at = useLinked()
  beforeAll(() => at.putFile('/report.pdf'))
  beforeEach(() => at.calm())

  it('prints the URL in a pipe, and opens nothing', async () => {
    const opened = join(at.world.dir, 'opened-in-pipe')
    const env = { OD_LINK_BROWSER: `touch ${opened}` }
    const { code, stdout, stderr } = await at.world.run(['open', '/report.pdf'], { env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^https?:\/\/\S+report\.pdf\n$/)
    expect(existsSync(opened)).toBe(false)
    const json = await at.world.run(['open', '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ path: '/', url: expect.stringMatching(/^https?:/) })
    expect((await at.world.run(['open', '/nothing'])).code).toBe(8)
  })

  it.each(['javascript:alert(1)', 'file:///etc/passwd', 'https://a b', 'http://example.com/x'])(
    'believes no %s',
    async (webUrl) => {
      const body = { id: 'x', name: 'report.pdf', file: {}, webUrl }
      await at.weather('GET /v1.0/me/drive/root:/report.pdf', { status: 200, body })
      expect(await at.world.run(['open', '/report.pdf'])).toMatchObject({ code: 6, stdout: '' })
    },
  )

  it.runIf(hasTerminal())('opens it in the browser of a person at a terminal', async () => {
    const note = join(at.world.dir, 'opened')
    const browser = join(at.world.dir, 'browser')
    putProgram(browser, `printf %s "$1" > '${note}'`)
    const env = { ...at.world.env, OD_LINK_BROWSER: browser }
    const { code, shown } = await startInTerminal(`${odLinkWord} open /report.pdf`, env).ended
    expect(code).toBe(0)
    const [url] = /https?:\S+/.exec(shown) ?? []
    expect(readFileSync(note, 'utf8')).toBe(url)
  })
})
