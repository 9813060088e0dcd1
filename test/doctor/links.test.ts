import { rmSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { doctor } from '../helpers/program/doctor.ts'
import { ada, changeRecord, recordFile, useLinked } from '../helpers/program/linked.ts'

const linked = useLinked()

describe('a link', () => {
  afterEach(async () => {
    await linked.calm()
    await linked.sandbox.control('POST', 'settings', { quotaFull: false })
  })

  it('without space in its drive is reported, with 9', async () => {
    await linked.sandbox.control('POST', 'settings', { quotaFull: true })
    const { code, check } = await doctor(linked.world)
    expect(code).toBe(9)
    expect(check('link')).toMatchObject({
      ok: false,
      exitCode: 9,
      text: expect.stringMatching(/no space left in this OneDrive, 1\.0 TB used, 0 bytes free/),
      hint: expect.stringContaining('recycle bin'),
    })
  })

  it('without a drive is reported, with 9 and the way to one', async () => {
    const error = { code: 'BadRequest', message: 'Tenant does not have a SPO license.' }
    await linked.weather('/v1.0/me/drive', { status: 400, body: { error } })
    const { code, check } = await doctor(linked.world)
    expect(code).toBe(9)
    expect(check('link')).toMatchObject({
      text: expect.stringContaining('has no OneDrive here'),
      hint: expect.stringContaining('--tenant consumers'),
    })
  })

  it('that Microsoft throttles is reported as throttled, not as ended, with 6', async () => {
    await linked.weather('/v1.0/me/drive', { status: 429, headers: { 'retry-after': '600' } })
    const { code, check } = await doctor(linked.world)
    expect(code).toBe(6)
    expect(check('link')).toMatchObject({
      ok: false,
      text: expect.stringContaining('Microsoft is throttling this app'),
    })
  })

  it('with too narrow a scope is reported with the scope to request', async () => {
    changeRecord(linked.world, { grantedScope: 'openid User.Read Files.Read' })
    await linked.sandbox.control('POST', 'weather', {
      match: '/token',
      effect: {
        status: 200,
        body: {
          token_type: 'Bearer',
          access_token: 'a.b.c',
          expires_in: 3600,
          scope: 'User.Read Files.Read',
        },
      },
    })
    const { code, check } = await doctor(linked.world)
    expect(code).toBe(9)
    expect(check('link')).toMatchObject({
      text: 'a…@contoso.example: The granted scope does not allow creating folders (User.Read Files.Read).',
      // Without the masked address, with which the command would not work.
      hint: "od-link login --scope 'User.Read Files.ReadWrite'",
    })
  })

  it('that has ended is reported only by its masked address, with 4, and stays unchanged', async () => {
    await linked.sandbox.control('POST', 'revoke', { username: ada })
    const { code, ok, check } = await doctor(linked.world)
    expect({ code, ok }).toEqual({ code: 4, ok: false })
    expect(check('link')).toMatchObject({
      ok: false,
      exitCode: 4,
      code: expect.stringMatching(/^AADSTS\d+$/),
      hint: expect.stringContaining('od-link login'),
    })
    const { code: inWords, stdout } = await linked.world.run(['doctor'])
    expect(inWords).toBe(4)
    expect(stdout).toMatch(/✗ Link {10}a…@contoso\.example: [\s\S]*next: od-link login[\s\S]*code: AADSTS/)
    expect(stdout).toMatch(/1 problem found\.\nSafe to paste/)
    expect(recordFile(linked.world)).toBeTruthy()
  })

  it('without its tokens is reported, also offline', async () => {
    rmSync(recordFile(linked.world))
    const { code, check } = await doctor(linked.world, ['--offline'])
    expect(code).toBe(4)
    expect(check('link')).toMatchObject({ ok: false, text: expect.stringContaining('no longer linked') })
    expect(JSON.stringify(check('link'))).not.toContain(ada)
  })
})
