import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../../helpers/microsoft/sandbox.ts'
import { loginByHand } from '../../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'
import { kept } from '../../helpers/program/world-files.ts'

/* What Microsoft may answer at the authorize page, the token endpoint and the endpoint of device codes. */

let sandbox: SandboxProcess
let world: World
beforeAll(async () => {
  sandbox = await startSandbox()
  world = newWorld(sandbox)
})
afterAll(async () => {
  world?.remove()
  await sandbox?.stop()
})
beforeEach(() => sandbox.control('DELETE', 'weather'))

const bodyOf = (error: string, text: string) => {
  const number = Number(/^AADSTS(\d+)/.exec(text)?.[1] ?? 0)
  return { error, error_description: text, ...(number ? { error_codes: [number] } : {}) }
}
const answering = (match: string, status: number, body: object) =>
  sandbox.control('POST', 'weather', { match, count: 1, effect: { status, body } })
/** What is said of a refusal, from its sentence on. */
const said = (stderr: string) => stderr.slice(stderr.indexOf('od-link: '))
const expectNotRepeated = (stderr: string) => {
  const steps = said(stderr).split('\n').slice(1)
  expect(
    steps.filter((line) => /^ +(next: )?(Then )?run the same|: od-link login --no-browser$/.test(line)),
  ).toEqual([])
  expect(said(stderr)).toMatch(/ {2}next: \S/)
}

describe('a code that is refused at redemption', () => {
  it.each<[error: string, text: string, meaning: RegExp, step: RegExp]>([
    [
      'invalid_request',
      "AADSTS90023: Public clients can't send a client secret.",
      /has no secret/,
      /config unset client-secret/,
    ],
    [
      'invalid_request',
      "AADSTS90023: Cross-origin token redemption is permitted only for the 'Single-Page Application'.",
      /single-page/,
      /Mobile and desktop/,
    ],
    [
      'invalid_request',
      'AADSTS90023: Something quite new.',
      /Microsoft answered: Something quite new/,
      /error\?code=90023/,
    ],
    [
      'invalid_client',
      'AADSTS70002: The client does not exist or is not enabled for consumers.',
      /no app for personal accounts/,
      /compare the Application/,
    ],
    [
      'unauthorized_client',
      "AADSTS70001: Application with identifier 'x' was not found in the directory.",
      /does not know this client ID/,
      /compare the Application/,
    ],
    [
      'invalid_request',
      "The request is not valid for the application's 'userAudience' configuration.",
      /personal accounts only/,
      /od-link login --no-browser --tenant consumers/,
    ],
    [
      'invalid_client',
      "AADSTS650053: The application asked for scope 'Files.Wrong' that doesn't exist.",
      /requested scopes/,
      /Check --scope/,
    ],
    [
      'invalid_client',
      'AADSTS650052: The app needs access to a service that is not subscribed.',
      /no subscription/,
      /licensed/,
    ],
    [
      'invalid_client',
      'AADSTS50011: The redirect URI does not match.',
      /redirect URI/,
      /add http:\/\/localhost/,
    ],
    ['invalid_grant', 'AADSTS53010: Set up elsewhere.', /certain networks/, /organisation's network/],
    ['invalid_grant', 'AADSTS53011: Risk at home.', /risky/, /clear the risk/],
    ['invalid_grant', 'AADSTS53004: Risk.', /risky/, /clear the risk/],
    ['invalid_grant', 'AADSTS50135: A new password.', /password/, /Set a new one/],
    ['invalid_grant', 'AADSTS50137: A new password.', /password/, /Set a new one/],
    ['invalid_grant', 'AADSTS50142: A new password.', /password/, /Set a new one/],
    [
      'invalid_grant',
      'AADSTS70002: Error validating credentials. AADSTS50126: Invalid username or password.',
      /username or the password is wrong/,
      /error\?code=50126/,
    ],
    [
      'invalid_grant',
      "AADSTS70000: The provided value for the input parameter 'redirect_uri' is not valid.",
      /redirect URI/,
      /add http:\/\/localhost/,
    ],
    ['invalid_scope', 'Something quite new.', /Microsoft answered: Something quite new/, /Check --scope/],
    ['consent_required', '', /consent_required/, /--scope Files\.ReadWrite/],
    [
      'invalid_grant',
      'AADSTS4242424: Something quite new.',
      /Microsoft answered: Something/,
      /error\?code=4242424/,
    ],
  ])('%s, "%s"', async (error, text, meaning, step) => {
    await answering('/token', error === 'invalid_client' ? 401 : 400, bodyOf(error, text))
    const { code, stdout, stderr } = await loginByHand(world)
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(said(stderr)).toMatch(meaning)
    expect(said(stderr)).toMatch(step)
    if (!/90023/.test(text)) expect(said(stderr)).not.toContain('client-secret')
    expectNotRepeated(stderr)
    expect(kept(world)).toEqual({})
  })

  it.each([
    ['invalid_grant', 'AADSTS50196: A request loop.'],
    ['invalid_grant', 'AADSTS90033: A transient error has occurred.'],
    ['invalid_grant', 'AADSTS4242424: The service is busy. Please try again later.'],
    ['temporarily_unavailable', '50033 - [2021-08-02 15:36:10Z]: Failed over.'],
    ['server_error', ''],
  ])('for a while only is trouble of the service: %s, "%s"', async (error, text) => {
    await answering('/token', 400, bodyOf(error, text))
    const { code, stderr } = await loginByHand(world)
    expect(code).toBe(6)
    expect(said(stderr)).toMatch(/next: (Wait 5 minutes|Try again in a few minutes)/)
    expect(said(stderr)).not.toContain('od-link login')
  })
})

describe('an app with a signing key of its own', () => {
  it('can be signed in to, as its keys are asked for by its client ID', async () => {
    const fresh = await startSandbox()
    const own = newWorld(fresh)
    await fresh.control('POST', 'settings', { signingKeys: 'app' })
    const { code, stdout } = await loginByHand(own)
    own.remove()
    await fresh.stop()
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Linked ada@') })
  })
})

describe('a redirect with an error', () => {
  it.each<[error: string, text: string, exit: number, meaning: RegExp]>([
    ['invalid_request', 'AADSTS900144: A parameter is missing.', 4, /malformed/],
    ['unauthorized_client', 'AADSTS700016: No such application.', 4, /does not know this client ID/],
    ['access_denied', 'AADSTS50105: Not assigned.', 4, /assign you/],
    ['unsupported_response_type', 'AADSTS700054: Not enabled.', 4, /malformed/],
    ['server_error', 'AADSTS50000: A problem.', 6, /has a problem/],
    ['server_error', 'AADSTS53003: Blocked.', 4, /Conditional Access/],
    ['temporarily_unavailable', 'AADSTS90025: Too slow.', 6, /has a problem/],
    ['temporarily_unavailable', '', 6, /has a problem/],
    ['invalid_resource', 'AADSTS500011: No such resource.', 4, /Graph does not exist/],
    ['login_required', 'AADSTS50058: No session.', 4, /Nobody is signed in/],
    ['interaction_required', 'AADSTS50079: MFA.', 4, /multi-factor/],
    ['consent_required', 'AADSTS65001: No consent.', 4, /not consented/],
    ['invalid_client', 'AADSTS650051: Unmanaged.', 4, /Nobody manages/],
  ])('%s, "%s"', async (error, error_description, exit, meaning) => {
    await sandbox.control('POST', 'next-sign-in', {
      error,
      ...(error_description ? { error_description } : {}),
    })
    const { code, stderr } = await loginByHand(world)
    expect({ code, said: said(stderr) }).toEqual({ code: exit, said: expect.stringMatching(meaning) })
    expectNotRepeated(stderr)
  })
})

describe('access_denied', () => {
  const denied = [
    ['AADSTS50005: No policies on this device.', /kind of device/],
    ['AADSTS53003: Blocked.', /Conditional Access/],
    ['AADSTS530003: A managed device.', /device that it manages/],
    ['AADSTS90093: Approval.', /administrator to approve/],
    ['AADSTS530084: Token protection.', /bound to a managed device/],
    ['AADSTS500021: Tenant restrictions.', /across tenants/],
    ['AADSTS90123: Something quite new.', /Microsoft answered: Something quite new/],
  ] as const

  it.each(denied)('with a number is not the person’s refusal: %s', async (error_description, meaning) => {
    await sandbox.control('POST', 'next-sign-in', { error: 'access_denied', error_description })
    const { code, stderr } = await loginByHand(world)
    expect({ code, said: said(stderr) }).toEqual({ code: 4, said: expect.stringMatching(meaning) })
    expect(said(stderr)).not.toMatch(/declined|cancelled/)
    expectNotRepeated(stderr)
  })

  it.each(denied)('to a device code neither: %s', async (text) => {
    await sandbox.control('POST', 'settings', { deviceIntervalSeconds: 1 })
    await answering('/token', 400, bodyOf('access_denied', text))
    const { code, stderr } = await world.run(['login', '--device'])
    expect(code).toBe(4)
    expect(said(stderr)).not.toMatch(/declined|cancelled/)
    if (text.includes('53003')) expect(said(stderr)).toMatch(/not allow signing in with a device code/)
  })

  it.each([
    [
      { error: 'access_denied', error_description: 'AADSTS65004: User declined to consent.' },
      /consent was declined/,
    ],
    [{ error: 'access_denied', error_subcode: 'cancel' }, /cancelled/],
    [{ error: 'access_denied', error_description: 'The user has denied access.' }, /declined in the browser/],
  ])('else is: %j', async (answer, meaning) => {
    await sandbox.control('POST', 'next-sign-in', answer)
    expect(said((await loginByHand(world)).stderr)).toMatch(meaning)
  })
})

describe('a device code that is refused', () => {
  it('because the app is not for personal accounts is not about public clients', async () => {
    const text = 'AADSTS70002: The client does not exist or is not enabled for consumers.'
    await answering('/devicecode', 401, bodyOf('invalid_client', text))
    const { code, stderr } = await world.run(['login', '--device'])
    expect(code).toBe(4)
    expect(said(stderr)).toMatch(/no app for personal accounts with this client ID/)
    expect(said(stderr)).not.toMatch(/public client/i)
  })
})

describe('an approval that is missing', () => {
  const refuse = () =>
    sandbox.control('POST', 'next-sign-in', {
      error: 'access_denied',
      error_description: 'AADSTS90094: Approval.',
    })

  it('leads to less access, and that leads nowhere else', async () => {
    await refuse()
    const first = await loginByHand(world, ['--as', 'work'])
    const [, command = ''] = /own drive: od-link (login [^\n]*)\n/.exec(first.stderr) ?? []
    expect(command).toBe('login --no-browser --as work --scope Files.ReadWrite')
    await refuse()
    const second = await loginByHand(world, command.split(' ').slice(2))
    expect(said(second.stderr)).not.toMatch(/od-link login/)
    expect(said(second.stderr)).toMatch(/next: Send this to the administrator:/)
  })

  it('lists the requested scopes in the letter, and no others', async () => {
    await refuse()
    const { stderr } = await loginByHand(world, ['--scope', 'Sites.ReadWrite.All'])
    expect(said(stderr)).toMatch(/^ +Sites\.ReadWrite\.All +read and write the sites/m)
    expect(said(stderr).split('administrator:')[1]).not.toContain('Files.ReadWrite')
    expect(said(stderr)).toContain('The page after the approval fails to load. That is expected.')
  })

  it('brings no letter for personal accounts, who have no administrator', async () => {
    await refuse()
    const { stderr } = await loginByHand(world, [
      '--tenant',
      'consumers',
      '--login-hint',
      'grace@outlook.example',
    ])
    expect(said(stderr)).not.toMatch(/adminconsent|Please approve/)
    expect(said(stderr)).toMatch(/next: .*--tenant consumers .*--scope Files\.ReadWrite/)
  })
})
