import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { install, isSetUp, nodes, stopWine } from '../../campaigns/windows/setup.ts'
import { walk } from '../../campaigns/windows/walk.ts'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'

// Not a package that continuous integration could require: setting it up takes a gigabyte.
if (!isSetUp()) console.warn('skipped, because npm run test:windows has not prepared Wine: a walk on Windows')

describe.runIf(isSetUp())('on node.exe for Windows, under Wine', () => {
  let sandbox: SandboxProcess
  beforeAll(async () => {
    install(nodes().at(-1) ?? '')
    sandbox = await startSandbox()
  })
  afterAll(async () => {
    await sandbox?.stop()
    stopWine()
  })

  it('od-link signs in, creates folders, renews, and leaves nothing behind', async () => {
    const broken: unknown[] = []
    await walk(sandbox, 'test', (what, holds, seen) => {
      if (!holds) broken.push({ what, seen })
    })
    expect(broken).toEqual([])
  }, 600_000)
})
