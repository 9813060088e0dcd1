import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { useLinked } from '../helpers/program/linked.ts'
import type { Outcome } from '../helpers/program/od-link.ts'

/* What Graph was seen to answer, to every command that meets it. The sources are in campaigns/weather/weathers.ts. */

const at = useLinked()
beforeEach(async () => {
  await at.calm()
  await at.forgetRequests()
})

/** One drive that answers everything so, and what each command says about it. */
async function everyCommand(status: number, error: object): Promise<Record<string, Outcome>> {
  await at.weather('/me/drive', { status, body: { error }, headers: { 'retry-after': '0.05' } }, 999)
  const run = (...args: string[]) => at.world.run(args)
  const [mkdir, list, api, check, doctor] = await Promise.all([
    run('mkdir', '--max-wait', '2', '/New'),
    at.world.run(['mkdir', '--from-file', '-', '--max-wait', '2'], { input: '/New\n' }),
    run('api', '/me/drive/root', '--max-wait', '2'),
    run('status', '--check'),
    run('doctor'),
  ])
  return { mkdir, list, api, check, doctor } as Record<string, Outcome>
}

const blockedSite =
  'Access to this site has been blocked. Please contact the administrator to resolve this problem.'

describe('a refusal is the same for every command', () => {
  it.each<[status: number, error: object, exit: number, says: RegExp, step: RegExp]>([
    [
      403,
      {
        code: 'accessDenied',
        message: 'Database Is Read Only',
        innerError: { code: 'serviceReadOnly' },
      },
      6,
      /OneDrive is read-only for now.*: Database Is Read Only\./,
      /Try again later\. Neither the link nor its scope has to change\./,
    ],
    [
      403,
      { code: 'accessDenied', message: 'Blocked.', innerError: { code: 'malwareDetected' } },
      9,
      /: Blocked\./,
      /Scan the original file/,
    ],
    [
      403,
      { code: 'accessDenied', message: 'Too many items.', innerError: { code: 'childItemCountExceeded' } },
      9,
      /: Too many items\./,
      /Use another parent folder/,
    ],
    [
      403,
      { code: 'accountUpgradeRequired', message: 'The account has to be upgraded.' },
      9,
      /This OneDrive is frozen.*: The account has to be upgraded\./,
      /how to unfreeze it/,
    ],
    [
      403,
      { code: 'accessDenied', message: 'The user has exceeded their quota.' },
      9,
      /no space left in this OneDrive \(HTTP 403\): The user has exceeded their quota\./,
      /Free some space/,
    ],
    [
      423,
      { code: 'notAllowed', message: blockedSite },
      9,
      /blocked\. Please contact/,
      /Ask the administrator/,
    ],
    [423, { code: 'notAllowed', message: 'Something new.' }, 9, /: Something new\./, /Ask the administrator/],
    [423, { code: 'resourceLocked', message: 'It is locked.' }, 9, /: It is locked\./, /nobody has it open/],
    [
      400,
      {
        code: 'invalidRequest',
        message: 'ObjectHandle is Invalid',
        innerError: { code: 'invalidResourceId' },
      },
      9,
      /cannot open the item.*: ObjectHandle is Invalid\./,
      /still exists, and is not in a locked Personal Vault/,
    ],
    [
      400,
      { code: 'BadRequest', message: 'Tenant does not have a SPO license.' },
      9,
      /no OneDrive here.*: Tenant does not have a SPO license\./,
      /--tenant consumers/,
    ],
    [451, { code: 'unavailableForLegalReasons', message: 'By law.' }, 9, /: By law\./, /administrator/],
    [
      507,
      { code: 'tenantQuota', message: 'The tenant is full.' },
      9,
      /HTTP 507\): The tenant is full\./,
      /Free some/,
    ],
    [
      509,
      { code: 'bandwidth', message: 'Slow down.' },
      6,
      /throttling this app.*HTTP 509\): Slow down\./,
      /Try again/,
    ],
    [
      403,
      { code: 'accessDenied', message: 'Access denied.' },
      9,
      /: Access denied\./,
      /Ask its owner or the administrator/,
    ],
  ])('%i %j', async (status, error, exit, says, step) => {
    const outcomes = await everyCommand(status, error)
    for (const [command, { code, stdout, stderr }] of Object.entries(outcomes)) {
      const said = (stdout + stderr).replace(/\n +/g, ' ')
      expect([command, said]).toEqual([command, expect.stringMatching(says)])
      expect([command, said]).toEqual([command, expect.stringMatching(step)])
      expect([command, code]).toEqual([command, exit])
      // The scope is wide enough, and the link is not at fault.
      expect(said).not.toMatch(/--scope|od-link login(?! --tenant consumers)|Choose another name/)
    }
    expect(await at.drive()).toEqual([])
  })
})

describe('a token that was renewed a moment ago', () => {
  afterAll(() => at.sandbox.control('POST', 'settings', { newTokenRefusals: 0 }))

  it('and is not accepted yet is waited for', async () => {
    await at.sandbox.control('POST', 'settings', { newTokenRefusals: 2 })
    await at.sandbox.control('POST', 'expire')
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/Waited'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/Waited\n' })
    expect(stderr).toMatch(/issued just now: Unable to initialize RPS\. Retrying in/)
  })

  it('and is never accepted is exit 6, and the link stays', async () => {
    await at.sandbox.control('POST', 'settings', { newTokenRefusals: 999 })
    await at.sandbox.control('POST', 'expire')
    for (const args of [
      ['mkdir', '/Never', '--max-wait', '2'],
      ['status', '--check'],
    ]) {
      const { code, stdout, stderr } = await at.world.run(args)
      expect([args[0], code]).toEqual([args[0], 6])
      expect(stdout + stderr).toMatch(/does not accept a token issued just now/)
    }
    await at.sandbox.control('POST', 'settings', { newTokenRefusals: 0 })
    expect((await at.world.run(['mkdir', '/Never'])).code).toBe(0)
  })
})

describe('a long wait that Microsoft asks for', () => {
  it.each<[header: string, steps: RegExp]>([
    ['3600', /asks to wait 1 hour\. Try again after that\.\n.*--max-wait 3660/],
    ['999999999', /asks to wait 1 day\. Try again after that\.\n.*--max-wait 86460/],
    [new Date(Date.now() + 7_200_000).toUTCString(), /asks to wait (2 hours|1 hour 5\d minutes)/],
  ])('is named, with the limit that would do: Retry-After %s', async (header, steps) => {
    await at.weather('/v1.0/', { status: 429, headers: { 'retry-after': header } }, 999)
    const { code, stderr, milliseconds } = await at.world.run(['mkdir', '/Later'])
    expect(code).toBe(6)
    expect(stderr).toMatch(steps)
    expect(milliseconds).toBeLessThan(30_000)
    const many = await at.world.run(['mkdir', '--from-file', '-', '--max-wait', '5'], { input: '/Later\n' })
    expect(many.code).toBe(6)
    expect(many.stderr).toMatch(/asks to wait/)
  })

  it.each(['-5', 'soon', '1e9', '0', ''])('is none where the header makes no sense: "%s"', async (header) => {
    await at.weather('/v1.0/', { status: 429, headers: { 'retry-after': header } })
    const { code, stdout } = await at.world.run(['mkdir', '-p', '/Sense'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/Sense\n' })
  })
})

describe('one request of a batch', () => {
  it('that was not tried, because another one failed, is sent again', async () => {
    await at.weather(/POST .*children$/, { status: 424 }, 2)
    const { code, stdout } = await at.world.run(['mkdir', '--from-file', '-'], { input: '/D1\n/D2\n/D3\n' })
    expect(code).toBe(0)
    expect(stdout.split('\n').filter(Boolean).sort()).toEqual(['/D1', '/D2', '/D3'])
  })
})
