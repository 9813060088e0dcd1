import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { useLinked } from './helpers/program/linked.ts'
import { below, listOf, treeOf, withParents } from './helpers/program/many-folders.ts'
import { hasRealPart } from './helpers/system/real-part.ts'

/** What may become of a stream that od-link writes to. The shell ends with the exit code of od-link, not of the reader. */
const unread: [what: string, line: string][] = [
  ['stdout is closed', '"$@" >&- 2>/dev/null'],
  ['stderr is closed', '"$@" 2>&- >/dev/null'],
  ['both are closed', '"$@" >&- 2>&-'],
  ['stderr is a full disk', '"$@" 2>/dev/full >/dev/null'],
  ['the reader of stdout leaves after a line', '"$@" 2>/dev/null | head -n 1 >/dev/null'],
  ['the reader of stdout is gone from the start', '"$@" 2>/dev/null | true'],
  ['the reader of stderr leaves after a line', '"$@" 2>&1 >/dev/null | head -n 1 >/dev/null'],
  ['the reader of stderr is gone from the start', '"$@" 2>&1 >/dev/null | true'],
  ['one reader of both leaves after a line', '"$@" 2>&1 | head -n 1 >/dev/null'],
]
const through = (line: string) => ['bash', '-c', `${line}; exit "\${PIPESTATUS[0]}"`, 'bash']

describe.runIf(hasRealPart('bash', 'streams that nobody reads'))('a stream that nobody reads', () => {
  const at = useLinked()
  const content = Buffer.alloc(3_000_000, 'od-link ')
  let count = 0

  beforeAll(async () => {
    writeFileSync(join(at.world.dir, 'content'), content)
    await upload('/content')
    await at.world.run(['mkdir', '--from-file', '-', '--quiet'], { input: listOf(treeOf('/items', 1, 50)) })
  })
  const inWorld = (name: string) => join(at.world.dir, name)
  const itemContent = (path: string) => `/me/drive/root:${path}:/content`
  const upload = (path: string, options = {}) =>
    at.world.run(['api', '--upload', inWorld('content'), itemContent(path)], options)
  const usual = new Map<string, Promise<{ code: number | null }>>()
  const usualCode = async (args: string[]) => {
    const line = args.join(' ')
    const outcome = usual.get(line) ?? at.world.run(args)
    usual.set(line, outcome)
    return (await outcome).code
  }
  const contentOf = async (path: string) =>
    Buffer.from(await (await at.graph('GET', itemContent(path))).arrayBuffer())

  describe.each(unread)('when %s', (_, line) => {
    const run = (...args: string[]) => at.world.run(args, { through: through(line) })

    it('does not end a mkdir, which renews the token and is throttled on the way', async () => {
      await at.sandbox.control('POST', 'expire')
      await at.weather('/children', { status: 429, headers: { 'retry-after': '1' } })
      const path = `/one-${++count}`
      expect((await run('mkdir', '-p', path, '--verbose')).code).toBe(0)
      expect(await at.drive()).toContain(path)
      expect((await run('mkdir', path, '--verbose')).code).toBe(3)
    })

    it('does not end a list that is half done', async () => {
      const top = `/list-${++count}`
      const paths = treeOf(top, 5, 20)
      const list = inWorld('list')
      writeFileSync(list, listOf(paths))
      expect((await run('mkdir', '--from-file', list, '--verbose')).code).toBe(0)
      expect(await below(at, top)).toEqual(withParents(paths))
    })

    it('does not end a download or an upload', async () => {
      const file = inWorld('downloaded')
      rmSync(file, { force: true })
      expect((await run('api', '--verbose', '--output', file, itemContent('/content'))).code).toBe(0)
      expect(content.equals(readFileSync(file))).toBe(true)
      const path = `/content-${++count}`
      const flags = ['--verbose', '--upload', inWorld('content')]
      expect((await run('api', ...flags, itemContent(path))).code).toBe(0)
      expect(content.equals(await contentOf(path))).toBe(true)
    })

    it.each([
      ['api', '--paginate', '--verbose', '/me/drive/root:/items/p0:/children?$top=5'],
      ['api', '--paginate', '--json', '/me/drive/root:/items/p0:/children?$top=5'],
      ['api', '--output', '-', '/me/drive/root:/content:/content'],
      ['status', '--check'],
      ['status', '--json'],
      ['doctor', '--verbose'],
      ['token'],
      ['explain', 'AADSTS50076'],
      ['config', 'list'],
      ['completion', 'bash'],
      ['help', 'scripts'],
      ['--help'],
      ['--version'],
    ])('changes nothing about the exit code of %s %s', async (...args) => {
      expect(await run(...args)).toMatchObject({ code: await usualCode(args), signal: null })
    })
  })
})
