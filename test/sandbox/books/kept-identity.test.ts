import { X509Certificate } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { keptIdentity } from '../../../sandbox/books/kept-identity.ts'
import { startSandbox } from '../../../sandbox/index.ts'

const dir = mkdtempSync(join(tmpdir(), 'od-link-kept-'))
afterAll(() => rmSync(dir, { recursive: true }))

it('with a state file a sandbox has the same certificate in every run', async () => {
  const state = join(dir, 'state.json')
  const seen: string[] = []
  for (let run = 0; run < 2; run++) {
    const to = await startSandbox({ state, tls: true })
    seen.push(readFileSync(to.caFile ?? '', 'utf8'))
    await to.close()
  }
  expect(seen[1]).toBe(seen[0])
  expect(readdirSync(dir).toSorted()).toEqual(['state.json.ca.pem', 'state.json.tls.pem'])
  // Private is the server's key; nobody has the authority's.
  const saved = readFileSync(`${state}.tls.pem`, 'utf8')
  expect(saved.match(/PRIVATE KEY-----\n/g)).toHaveLength(2)
  expect(new X509Certificate(seen[0] ?? '').checkPrivateKey).toBeDefined()
  if (process.platform !== 'win32') {
    expect(statSync(`${state}.tls.pem`).mode & 0o777).toBe(0o600)
    expect(statSync(`${state}.ca.pem`).mode & 0o777).toBe(0o644)
  }
})

it('a new one is made for other names, near its end, and in place of one that is damaged or anybody’s', async () => {
  const state = join(dir, 'other.json')
  const file = `${state}.tls.pem`
  const now = Date.now()
  const ask = async (hosts: string[], at = now) => (await keptIdentity(state, hosts, at)).identity.ca
  const first = await ask(['a.test', 'b.test'])
  expect(await ask(['b.test', 'a.test'])).toBe(first)
  expect(await ask(['b.test', 'a.test'], now + 380 * 86_400_000)).toBe(first)
  const replaced = [await ask(['a.test'])]
  replaced.push(await ask(['a.test'], now + 395 * 86_400_000))
  writeFileSync(file, 'nothing', { mode: 0o600 })
  replaced.push(await ask(['a.test']))
  // The key of another certificate.
  const mixed = readFileSync(file, 'utf8')
  writeFileSync(
    file,
    mixed.replace(/-----BEGIN PRIVATE.*/s, (await keptIdentity(join(dir, 'third'), [])).identity.key),
  )
  replaced.push(await ask(['a.test']))
  if (process.platform !== 'win32') {
    chmodSync(file, 0o644)
    replaced.push(await ask(['a.test']))
    const planted = join(dir, 'planted.pem')
    copyFileSync(file, planted)
    rmSync(file)
    symlinkSync(planted, file)
    replaced.push(await ask(['a.test']))
    expect(statSync(file).mode & 0o777).toBe(0o600)
  }
  expect(new Set([first, ...replaced]).size).toBe(replaced.length + 1)
})
