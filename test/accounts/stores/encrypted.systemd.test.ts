import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateIdentity } from 'age-encryption'
import { beforeAll, describe, expect, it } from 'vitest'
import { posixQuote } from '../../../src/text/shell-quote.ts'
import { useLinked } from '../../helpers/program/linked.ts'
import { node, program } from '../../helpers/program/od-link.ts'
import { canRunSystemd, runService } from '../../helpers/system/systemd.ts'

describe.runIf(canRunSystemd('an encrypted credential'))('a service with LoadCredentialEncrypted', () => {
  const at = useLinked()
  const inWorld = (name: string) => join(at.world.dir, name)
  /** The host's key, in place of /var/lib/systemd/credential.secret. */
  const host = { SYSTEMD_CREDENTIAL_SECRET: '' }
  beforeAll(() => {
    host.SYSTEMD_CREDENTIAL_SECRET = inWorld('host.key')
    chmodSync(at.world.dir, 0o755)
  })

  /** As docs/recipes.md has it. */
  const encrypt = (key: string, name: string) =>
    execFileSync(
      'systemd-creds',
      ['encrypt', '--with-key=host', `--name=${name}`, '-', inWorld('key.cred')],
      {
        input: key,
        env: { ...process.env, ...host },
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    )
  const service = (script: string[]) => {
    const { OD_LINK_CONFIG_DIR: _, ...env } = at.world.env
    const variables = { ...env, HOME: '/', OD_LINK_STORE: 'encrypted' }
    const exports = Object.entries(variables).map(
      ([name, value]) => `export ${name}=${posixQuote(String(value))}`,
    )
    const odLink = `od_link() { ${posixQuote(node)} ${posixQuote(program)} "$@"; }`
    writeFileSync(inWorld('script.sh'), ['set -e', ...exports, odLink, ...script].join('\n'))
    return runService(host.SYSTEMD_CREDENTIAL_SECRET, [
      'User=nobody',
      'StateDirectory=od-link',
      'StateDirectoryMode=0700',
      'Environment=OD_LINK_CONFIG_DIR=/var/lib/od-link',
      `LoadCredentialEncrypted=od-link-key:${inWorld('key.cred')}`,
      `ExecStart=/bin/sh ${inWorld('script.sh')}`,
    ])
  }

  it('signs in and creates folders with a key that only systemd can decrypt', async () => {
    encrypt(`${await generateIdentity()}\n`, 'od-link-key')
    const { succeeded, output } = service([
      'id -un',
      'ls -ln "$CREDENTIALS_DIRECTORY"',
      'od_link login',
      'od_link mkdir -p /by/systemd',
      'od_link doctor --offline || true',
      'head -c 21 /var/lib/od-link/encrypted/*',
    ])
    expect(output).toMatch(/^nobody$/m)
    expect(output).toMatch(/^\/by\/systemd$/m)
    expect(output).toMatch(/opened by the\s+credential od-link-key of this service/)
    expect(output).toContain('age-encryption.org/v1')
    expect(succeeded).toBe(true)
    expect(await at.drive()).toContain('/by/systemd')
  })

  it('never starts with a credential of another name', async () => {
    encrypt(`${await generateIdentity()}\n`, 'another')
    const { succeeded, output } = service(['od_link mkdir -p /never'])
    expect({ succeeded, output }).toMatchObject({ succeeded: false })
    expect(output).not.toContain('od-link:')
    expect(await at.drive()).not.toContain('/never')
  })
})
