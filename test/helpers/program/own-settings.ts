import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { LinkRecord } from '../../../src/identity/link.ts'
import { type Notices, notices } from '../../../src/notices.ts'

/** The settings and links of a test that calls od-link's functions directly, and the notices it received. */
export interface OwnSettings {
  /** The settings' directory. */
  dir: string
  waiting: string[]
  warnings: string[]
}

const variables = [
  'OD_LINK_CONFIG_DIR',
  'OD_LINK_STORE',
  'OD_LINK_ACCOUNT',
  'OD_LINK_CLIENT_ID',
  'OD_LINK_CLIENT_SECRET',
  'OD_LINK_TENANT',
  'OD_LINK_KEY_FILE',
  'CREDENTIALS_DIRECTORY',
]

/** Gives each test of a file its own settings directory, with links in files. */
export function useOwnSettings(): OwnSettings {
  const own: OwnSettings = { dir: '', waiting: [], warnings: [] }
  const before: Record<string, string | undefined> = {}
  let heard: Notices
  beforeEach(() => {
    heard = { ...notices }
    for (const name of variables) before[name] = process.env[name]
    for (const name of variables) delete process.env[name]
    Object.assign(own, { dir: mkdtempSync(join(tmpdir(), 'od-link-own-')), waiting: [], warnings: [] })
    Object.assign(process.env, { OD_LINK_CONFIG_DIR: own.dir, OD_LINK_STORE: 'file' })
    notices.waiting = (what) => own.waiting.push(what)
    notices.warning = (what) => own.warnings.push(what)
  })
  afterEach(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
    Object.assign(notices, heard)
    rmSync(own.dir, { recursive: true, force: true })
  })
  return own
}

/** A link of Ada's with a fresh token; a test can override any field. */
export function recordOf(change: Partial<LinkRecord> = {}): LinkRecord {
  const now = Date.now()
  return {
    version: 1,
    id: 'contoso.ada',
    tenantId: 'contoso',
    objectId: 'ada',
    kind: 'work',
    username: 'ada@contoso.example',
    displayName: 'Ada Lovelace',
    registration: { clientId: 'an-id', tenant: 'common' },
    tokenEndpoint: 'http://localhost:9/common/oauth2/v2.0/token',
    issuer: 'https://login.example/contoso/v2.0',
    graphOrigin: 'http://localhost:9',
    scope: 'User.Read Files.ReadWrite.All',
    grantedScope: 'User.Read Files.ReadWrite.All',
    accessToken: 'a-token',
    expiresAt: now + 3_600_000,
    refreshToken: 'a-refresh-token',
    linkedAt: now,
    lastRenewedAt: now,
    ...change,
  }
}
