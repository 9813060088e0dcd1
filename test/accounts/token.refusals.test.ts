import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ada, changeRecord, recordFile, useLinked } from '../helpers/program/linked.ts'
import { statusOf } from '../helpers/program/status.ts'
import { comeBack, signInAt, waitingLogin } from '../helpers/program/waiting-login.ts'
import { kept, putBack } from '../helpers/program/world-files.ts'

const at = useLinked()
let linked: Record<string, string>
beforeAll(() => {
  linked = kept(at.world)
})
beforeEach(async () => {
  putBack(at.world, linked)
  await at.calm()
  await at.forgetRequests()
})

const refusal = (error: string, code: number, words: string, more: object = {}) => ({
  status: code === 7000215 ? 401 : 400,
  body: { error, error_description: `AADSTS${code}: ${words}`, error_codes: [code], ...more },
})
/** The token has expired, and its renewal is refused. */
async function refuse(effect: object, count = 999): Promise<void> {
  changeRecord(at.world, { expiresAt: 0 })
  await at.weather('/token', effect, count)
}
const record = () => JSON.parse(readFileSync(recordFile(at.world), 'utf8'))
const renewals = async () => (await at.requests('token')).map(({ status }) => status)
const claims = '{"access_token":{"capolids":{"essential":true,"values":["a-policy"]}}}'

describe('a renewal that is refused for a while', () => {
  it.each([
    ['a request loop', refusal('invalid_grant', 50196, 'The server terminated an operation.')],
    ['trouble of the service', refusal('invalid_grant', 90033, 'A transient error has occurred.')],
    ['a time-out', refusal('interaction_required', 90012, 'The request has timed out.')],
    ['a throttled tenant', refusal('invalid_request', 90055, 'Too many requests.')],
    ['an unknown number', refusal('invalid_grant', 4_242_424, 'The service is busy. Try again later.')],
    [
      'a cause behind another number',
      refusal('invalid_grant', 50196, 'A loop.', { error_codes: [70000, 50196] }),
    ],
    ['only its name', { status: 400, body: { error: 'temporarily_unavailable' } }],
  ])('does not end the link: %s', async (_, effect) => {
    const note = join(at.world.dir, 'note')
    const env = { OD_LINK_ON_SIGNIN_NEEDED: `echo ended >> '${note}'` }
    await refuse(effect)
    const { code, stdout, stderr } = await at.world.run(['mkdir', '--max-wait', '2', '/', 'x'], { env })
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' })
    expect(stderr).not.toContain('od-link login --')
    expect(() => readFileSync(note)).toThrow()
    expect(await statusOf(at.world)).toMatchObject({ ended: null })
    // The true end is news.
    await at.calm()
    await at.weather('/token', refusal('invalid_grant', 50173, 'Revoked.'), 999)
    expect((await at.world.run(['mkdir', '/', 'x'], { env })).code).toBe(4)
    expect(readFileSync(note, 'utf8')).toBe('ended\n')
    expect(await statusOf(at.world)).toMatchObject({ ended: { code: 'AADSTS50173' } })
    rmSync(note)
  })

  it('and then for another cause is news once more', async () => {
    const note = join(at.world.dir, 'note')
    const env = { OD_LINK_ON_SIGNIN_NEEDED: `echo ended >> '${note}'` }
    for (const code of [70043, 50173, 50173]) {
      await at.calm()
      await refuse(refusal('invalid_grant', code, 'No.'))
      expect((await at.world.run(['mkdir', '/', 'x'], { env })).code).toBe(4)
    }
    expect(readFileSync(note, 'utf8')).toBe('ended\nended\n')
    rmSync(note)
  })
})

describe('trouble of the service that is over in a moment', () => {
  it.each([
    ['AADSTS90033', refusal('invalid_grant', 90033, 'A transient error has occurred.')],
    ['temporarily_unavailable', { status: 400, body: { error: 'temporarily_unavailable' } }],
  ])('costs a moment: %s', async (_, effect) => {
    await refuse(effect, 1)
    const { code, stderr } = await at.world.run(['mkdir', '-p', '/a-moment'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/Retrying in/) })
    expect(await renewals()).toEqual([400, 200])
  })
})

describe('a renewal that is refused for how it was asked', () => {
  it('is repeated once without the secret, which the app does not have', async () => {
    changeRecord(at.world, {
      expiresAt: 0,
      registration: { ...record().registration, clientSecret: 'a-secret' },
    })
    const { code, stderr } = await at.world.run(['mkdir', '-p', '/without-secret'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(await renewals()).toEqual([401, 200])
    // The next renewal knows.
    expect(record().registration).not.toHaveProperty('clientSecret')
    changeRecord(at.world, { expiresAt: 0 })
    await at.forgetRequests()
    expect((await at.world.run(['mkdir', '-p', '/without-secret'])).code).toBe(0)
    expect(await renewals()).toEqual([200])
  })

  it.each([70011, 90009])('is repeated once with the scopes of the link: AADSTS%i', async (code) => {
    await refuse(refusal('invalid_scope', code, "The scope '' is not configured for this tenant."), 1)
    const outcome = await at.world.run(['mkdir', '-p', '/with-scopes'])
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(await renewals()).toEqual([400, 200])
  })

  it('is not repeated for ever', async () => {
    await refuse(refusal('invalid_scope', 70011, "The scope '' is not configured for this tenant."))
    expect((await at.world.run(['mkdir', '/', 'x'])).code).toBe(4)
    expect(await renewals()).toEqual([400, 400])
  })
})

describe('a link that was created with a device code', () => {
  it('and is not accepted for that leads to a browser', async () => {
    await refuse(refusal('invalid_grant', 530036, 'Device code flow is blocked.'))
    const { code, stderr } = await at.world.run(['mkdir', '/', 'x'])
    expect(code).toBe(4)
    expect(stderr).toContain(`Sign in with a browser: od-link login --account ${ada}\n`)
    expect(stderr).not.toContain('--device')
  })
})

describe('more proof that Microsoft asks for', () => {
  const askedClaims = async (...flags: string[]) => {
    const login = await waitingLogin(at.world, flags)
    await comeBack(login, await signInAt(login.address))
    expect((await login.ended).code).toBe(0)
    return login.address.searchParams.get('claims')
  }

  it('at Graph, and not got by a renewal, is sent with the next sign-in', async () => {
    await at.weather('/v1.0/', { status: 401, claims }, 9)
    await at.weather('/token', refusal('interaction_required', 50076, 'More proof.'), 9)
    const { code, stderr } = await at.world.run(['mkdir', '/', 'x'])
    expect(code).toBe(4)
    expect(stderr).toContain(`od-link login --account ${ada}\n`)
    await at.calm()
    expect(await askedClaims('--account', ada)).toBe(claims)
    expect((await at.world.run(['mkdir', '-p', '/proved'])).code).toBe(0)
    // Once is enough.
    expect(await askedClaims('--account', ada)).toBeNull()
  })

  it('at the token endpoint is sent with the next sign-in', async () => {
    await refuse(refusal('interaction_required', 50076, 'More proof.', { claims }))
    expect((await at.world.run(['status', '--check'])).code).toBe(4)
    await at.calm()
    expect(await askedClaims('--account', ada)).toBe(claims)
  })

  it('cannot be given with a device code', async () => {
    await refuse(refusal('interaction_required', 50076, 'More proof.', { claims }))
    expect((await at.world.run(['mkdir', '/', 'x'])).code).toBe(4)
    await at.calm()
    await at.forgetRequests()
    const { code, stderr } = await at.world.run(['login', '--account', ada, '--device'])
    expect(code).toBe(4)
    expect(stderr).toMatch(/more proof, which a sign-in with a device code cannot give/)
    expect(stderr).toContain(`Sign in with a browser: od-link login --account ${ada}\n`)
    expect(await at.requests()).toEqual([])
  })
})
