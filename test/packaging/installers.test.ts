import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { installers, pack, tryInstaller } from './installers.ts'

/** A sample; `npm run test:install` tries all. */
describe('od-link, installed by', () => {
  let dir: string
  let tarball: string
  let sandbox: SandboxProcess

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'od-link-pack-'))
    tarball = await pack(dir)
    sandbox = await startSandbox()
  })
  afterAll(async () => {
    await sandbox?.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  const sample = installers.filter(({ name }) => name.startsWith('npm, globally'))
  it.each(sample)('$name: links, creates folders, renews, and has its manual page', async (installer) => {
    await tryInstaller(installer, tarball, sandbox)
  })
})
