import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hasKeyring, startKeyring } from '../../helpers/keychain/keyring.ts'
import { itemsOf } from '../../helpers/keychain/keyring-items.ts'
import { odLink, startOdLink } from '../../helpers/program/od-link.ts'

describe('od-link demo', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'od-link-test-'))
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  it('runs the whole flow, whatever settings this person has, and leaves nothing behind', async () => {
    const env = {
      HOME: dir,
      TMPDIR: dir,
      OD_LINK_REDIRECT_URI: 'http://localhost:5000/post_onedrive',
      OD_LINK_SCOPE: 'Files.Read',
      OD_LINK_CLOUD: 'china',
      OD_LINK_LISTEN: '127.0.0.1:5001',
      OD_LINK_TENANT: 'contoso.example',
      OD_LINK_CLIENT_SECRET: 'of-another-app',
    }
    const { code, stdout } = await odLink(['demo'], { env })
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('✓ Done.') })
    expect(stdout).toContain('/Reports/2026/Été à Paris\n')
    expect(readdirSync(dir)).toEqual([])
  })

  it.runIf(hasKeyring()).each([
    ['is interrupted', 'SIGINT', 130],
    ['is terminated', 'SIGTERM', 143],
    ['loses its terminal', 'SIGHUP', 129],
  ] as const)('leaves nothing behind when it %s', async (_, signal, code) => {
    const keyring = await startKeyring()
    const demo = startOdLink(['demo'], { env: { HOME: dir, TMPDIR: dir, ...keyring.env } })
    await demo.seen(/✓ Linked/)
    expect(itemsOf(keyring)).not.toEqual([])
    demo.child.kill(signal)
    expect(await demo.ended).toMatchObject({ signal, code })
    expect(itemsOf(keyring)).toEqual([])
    expect(readdirSync(dir)).toEqual([])
    await keyring.stop()
  })
})
