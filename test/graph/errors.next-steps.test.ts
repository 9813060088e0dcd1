import { afterEach, describe, expect, it } from 'vitest'
import { addLink } from '../../src/accounts/links.ts'
import type { Asked } from '../../src/graph/answer.ts'
import { graphFailure, newSignInWanted, renewedTokenRefused } from '../../src/graph/errors.ts'
import { compareClocks } from '../../src/http/clock-skew.ts'
import type { LinkRecord } from '../../src/identity/link.ts'
import { answerOf, type Told } from '../helpers/microsoft/fake-graph.ts'
import { recordOf, useOwnSettings } from '../helpers/program/own-settings.ts'

/* Next steps that depend on the answer, or on whose link it was. */

useOwnSettings()

const refused = (status: number, error?: unknown, headers: Record<string, string> = {}, asked?: Asked) =>
  answerOf({ status, headers, ...(error === undefined ? {} : { json: { error } }) } as Told, asked)
const later = 'Try again in a few minutes.\nOr let it wait longer: --max-wait 600'
const owner = 'Ask its owner or the administrator for the right to do it.'

describe('a throttled request', () => {
  const hint = (retryAfter?: string) =>
    graphFailure(refused(429, undefined, retryAfter === undefined ? {} : { 'retry-after': retryAfter }), 'x')
      .hint

  it.each([
    [undefined, later],
    ['soon', later],
    ['0', later],
    ['59', later],
    ['60', 'Microsoft asks to wait 1 minute. Try again after that.\nOr let it wait: --max-wait 120'],
    [
      '90.2',
      'Microsoft asks to wait 1 minute 31 seconds. Try again after that.\nOr let it wait: --max-wait 151',
    ],
    ['3600', 'Microsoft asks to wait 1 hour. Try again after that.\nOr let it wait: --max-wait 3660'],
  ])('with Retry-After %s names a wait that is long enough', (retryAfter, steps) => {
    expect(hint(retryAfter)).toBe(steps)
  })

  it('with a date as Retry-After names the time until then', () => {
    expect(hint(new Date(Date.now() + 3_600_000).toUTCString())).toMatch(
      /^Microsoft asks to wait (1 hour|59 minutes)/,
    )
  })
})

describe('a request without the right to it', () => {
  const hint = async (path: string, change: Partial<LinkRecord> = {}) => {
    const { grantedScope } = recordOf(change)
    const account = await addLink(recordOf(change), undefined)
    const caller = { account, grantedScope }
    return graphFailure(refused(403, undefined, {}, { method: 'GET', path, caller }), 'x').hint
  }

  it('names the scope that the link lacks, with the link’s account', async () => {
    expect(await hint('/me/drive/root', { grantedScope: 'Files.Read' })).toBe(
      "The link lacks a scope. To sign in again with it: od-link login --account ada@contoso.example --scope 'User.Read Files.ReadWrite'",
    )
    expect(await hint('/drives/x/root', { grantedScope: 'Files.ReadWrite' })).toContain('Files.ReadWrite.All')
  })

  it('names no scope where the link’s is wide enough, or nothing is known about the request', async () => {
    expect(await hint('/me/drive/root')).toBe(owner)
    expect(await hint('/me/messages', { grantedScope: '' })).toBe(owner)
    expect(graphFailure(refused(403), 'x').hint).toBe(owner)
  })
})

describe('a token that Graph refuses', () => {
  const asked = async (): Promise<Asked> => {
    const caller = { account: await addLink(recordOf(), undefined), grantedScope: '' }
    return { method: 'GET', path: '/me', caller }
  }
  const login = 'od-link login --account ada@contoso.example'
  const setClock = (ahead: number) =>
    compareClocks({ date: new Date(Date.now() + ahead).toUTCString() }, Date.now(), Date.now())
  afterEach(() => setClock(0))

  it('with a challenge that a renewal does not meet needs a new sign-in of that link', async () => {
    expect(newSignInWanted(refused(403, { message: 'Revoked.' }, {}, await asked()))).toMatchObject({
      kind: 'sign-in',
      reason: 'token-refused',
      message: 'Microsoft Graph no longer accepts this link: Revoked.',
      hint: login,
    })
    expect(newSignInWanted(refused(401)).message).toBe(
      'Microsoft Graph no longer accepts this link: the server gives no reason (HTTP 401).',
    )
  })

  it('just after its renewal is a failure that passes', async () => {
    const error = { code: 'InvalidAuthenticationToken', message: 'Unable to initialize RPS' }
    expect(renewedTokenRefused(refused(401, error, {}, await asked()))).toMatchObject({
      kind: 'service',
      reason: 'token-refused',
      message: 'Microsoft Graph does not accept a token issued just now: Unable to initialize RPS',
      hint: `Try again in a few minutes.\nIf it is still refused: ${login}`,
    })
    expect(renewedTokenRefused(refused(401)).message).toBe(
      'Microsoft Graph does not accept a token issued just now: the server gives no reason (HTTP 401).',
    )
  })

  it('for its times may mean a wrong clock', () => {
    setClock(-3_600_000)
    const hint = (message: string) => renewedTokenRefused(refused(401, { message })).hint
    for (const message of ['Lifetime validation failed', 'token expired', 'The token is not yet valid'])
      expect(hint(message)).toMatch(
        /^This machine's clock is 1 hour ahead of Microsoft's\. Set it: .+\nTry again in a few minutes\.\n/,
      )
    expect(hint('Revoked.')).toMatch(/^Try again/)
  })
})
