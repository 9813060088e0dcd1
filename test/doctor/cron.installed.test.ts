import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { tryCron } from '../../src/doctor/cron.ts'
import { useOwnSettings } from '../helpers/program/own-settings.ts'

describe('a trial of cron', () => {
  const own = useOwnSettings()
  const [, program = ''] = process.argv
  afterEach(() => {
    process.argv[1] = program
  })

  it("says how to install od-link where Node alone cannot start it, as in the archives of Plug'n'Play", async () => {
    process.argv[1] = join(own.dir, 'od-link.cjs')
    writeFileSync(process.argv[1], "require('./in-an-archive')")
    const account = {
      id: 'a.b',
      username: 'ada@contoso.example',
      displayName: 'Ada',
      kind: 'work',
      store: 'file',
    }
    const { problem } = await tryCron(account as Parameters<typeof tryCron>[0], {
      limitMs: 20_000,
      offline: true,
    })
    expect(problem).toEqual({
      message: `Node cannot start od-link where it is installed, ${process.argv[1]}.`,
      hint: 'Install it for cron: npm install --global od-link',
      reason: 'internal',
      exitCode: 1,
    })
  })
})
