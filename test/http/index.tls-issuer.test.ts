import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { bundle } from '../helpers/program/bundle.ts'
import { node } from '../helpers/program/od-link.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
/** Asks once for the issuer and once not, and tells what came with the answers. */
const script = `import { clockSkewMs, exchange } from ${JSON.stringify(here('../../src/http/index.ts'))}
async function main() {
  const url = new URL(process.argv[2])
  const before = clockSkewMs()
  const asked = await exchange({ method: 'GET', url, withTlsIssuer: true })
  const again = await exchange({ method: 'GET', url, withTlsIssuer: true })
  const plain = await exchange({ method: 'GET', url })
  const told = { asked: asked.tlsIssuer, again: again.tlsIssuer, plain: plain.tlsIssuer }
  console.log(JSON.stringify({ ...told, before, skew: clockSkewMs() }))
  process.exit()
}
void main()`

describe('what a diagnosis asks of an exchange', () => {
  let dir: string
  let sandbox: SandboxProcess & { caFile?: string }

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'od-link-exchange-'))
    await bundle(script, join(dir, 'exchange.cjs'))
    sandbox = await startSandbox('--tls')
  })
  afterAll(async () => {
    rmSync(dir, { recursive: true, force: true })
    await sandbox?.stop()
  })

  it("the issuer of the server's certificate, on old connections too, and the clock's skew", async () => {
    const url = `${sandbox.origin}/common/v2.0/.well-known/openid-configuration`
    const { stdout, stderr } = spawnSync(node, [join(dir, 'exchange.cjs'), url], {
      encoding: 'utf8',
      env: { NODE_EXTRA_CA_CERTS: sandbox.caFile },
    })
    expect(stderr).toBe('')
    const { asked, again, plain, before, skew } = JSON.parse(stdout)
    expect(asked).toMatch(/od-link sandbox/i)
    expect(again).toBe(asked)
    expect([plain, before]).toEqual([undefined, undefined])
    expect(Math.abs(skew)).toBeLessThan(1_500)
  })
})
