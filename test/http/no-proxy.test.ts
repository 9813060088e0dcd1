import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { findProxy } from '../../src/http/proxy.ts'
import { startProxy, type TestProxy } from '../helpers/network/proxy.ts'
import { hasRealPart } from '../helpers/system/real-part.ts'

/** Hosts, and what curl makes of them. */
const cases: [list: string, host: string, excluded: boolean][] = [
  ['drive.test', 'drive.test', true],
  ['drive.test', 'graph.drive.test', true],
  ['drive.test', 'a.graph.drive.test', true],
  ['.drive.test', 'graph.drive.test', true],
  ['.drive.test', 'drive.test', true],
  ['Drive.TEST', 'graph.drive.test', true],
  ['other.test, drive.test', 'graph.drive.test', true],
  ['other.test drive.test', 'graph.drive.test', true],
  ['*', 'graph.drive.test', true],
  ['drive.test', 'onedrive.test', false],
  ['graph.drive.test', 'drive.test', false],
  ['drive', 'graph.drive.test', false],
  ['test.example', 'graph.drive.test', false],
  [',', 'graph.drive.test', false],
]

describe('NO_PROXY', () => {
  const names = ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy']
  const before = Object.fromEntries(names.map((name) => [name, process.env[name]]))
  let proxy: TestProxy
  beforeAll(async () => {
    proxy = await startProxy({})
  })
  afterEach(() => {
    proxy.seen.length = 0
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })
  afterAll(() => proxy?.stop())

  it.each(cases)('"%s" excludes %s: %s', (list, host, excluded) => {
    for (const name of names) delete process.env[name]
    for (const name of ['NO_PROXY', 'no_proxy']) {
      Object.assign(process.env, { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, [name]: list })
      expect(findProxy(new URL(`https://${host}/`), undefined) === undefined).toBe(excluded)
      delete process.env[name]
    }
  })

  it('may name a port', () => {
    for (const name of names) delete process.env[name]
    Object.assign(process.env, { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: 'drive.test:8443' })
    expect(findProxy(new URL('https://graph.drive.test:8443/'), undefined)).toBeUndefined()
    expect(findProxy(new URL('https://graph.drive.test/'), undefined)).toBeDefined()
  })

  it.runIf(hasRealPart('curl', 'NO_PROXY as curl reads it')).each(cases)(
    '"%s" excludes %s for curl, too: %s',
    async (no_proxy, host, excluded) => {
      const env = { PATH: process.env.PATH, https_proxy: `http://127.0.0.1:${proxy.port}`, no_proxy }
      const child = spawn('curl', ['-s', '--max-time', '5', `https://${host}/`], { env, stdio: 'ignore' })
      await once(child, 'exit')
      expect(proxy.seen).toHaveLength(excluded ? 0 : 1)
    },
  )
})
