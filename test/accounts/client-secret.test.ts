import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  checkClientSecret,
  clientSecretFor,
  hasClientSecret,
  isSecretIn,
  saveClientSecret,
} from '../../src/accounts/client-secret.ts'
import { useOwnSettings } from '../helpers/program/own-settings.ts'

const own = useOwnSettings()

describe('the client secret', () => {
  it.each(['x', '~aB8Q~secret.of-an_app', 'x'.repeat(512), '11111111-2222-3333-4444-55555555555'])(
    'may be %s',
    (secret) => checkClientSecret(secret),
  )

  it.each([
    ['', 'No client secret was given.'],
    ['two words', 'That is not a client secret.'],
    ['a\u0007bell', 'That is not a client secret.'],
    ['é', 'That is not a client secret.'],
    ['x'.repeat(513), 'That is not a client secret.'],
    ['11111111-2222-3333-4444-AAAAAAAAAAAA', 'That is the Secret ID, not the Value.'],
  ])('cannot be %j', (secret, message) => {
    expect(() => checkClientSecret(secret)).toThrow(
      expect.objectContaining({
        kind: 'usage',
        message,
        hint: expect.stringMatching(
          /^Copy the Value. It is shown only once; if you no longer have it, create a new secret:\nhttps:/,
        ),
      }),
    )
  })

  it('is for the app that it was kept for', async () => {
    expect(await hasClientSecret()).toBe(false)
    expect(await isSecretIn('file')).toBe(false)
    expect(await clientSecretFor('an-id')).toBeUndefined()
    await saveClientSecret('a-secret', 'an-id')
    expect(await clientSecretFor('an-id')).toBe('a-secret')
    expect(own.warnings).toEqual([])
    expect(await clientSecretFor('another')).toBeUndefined()
    expect(own.warnings).toEqual(['The saved client secret belongs to an-id, so it is not used for another.'])
    expect([
      await hasClientSecret(),
      await hasClientSecret('an-id'),
      await hasClientSecret('another'),
    ]).toEqual([true, true, false])
    expect(await isSecretIn('file')).toBe(true)
    await saveClientSecret(undefined)
    expect(await hasClientSecret()).toBe(false)
  })

  it('is for any app where none was known', async () => {
    await saveClientSecret('a-secret')
    expect(await clientSecretFor('any')).toBe('a-secret')
    process.env.OD_LINK_CLIENT_ID = 'chosen'
    await saveClientSecret('a-secret')
    expect(await hasClientSecret('any')).toBe(false)
    expect(await hasClientSecret('chosen')).toBe(true)
  })

  it.each(['{}', 'no JSON', '{"secret":7}', '{"secret":"x","clientId":7}'])(
    'that is damaged is told: %s',
    async (text) => {
      mkdirSync(join(own.dir, 'links'), { mode: 0o700 })
      writeFileSync(join(own.dir, 'links', 'client-secret.json'), text, { mode: 0o600 })
      await expect(clientSecretFor('an-id')).rejects.toMatchObject({
        kind: 'keychain',
        message: 'The saved client secret is damaged.',
        hint: 'od-link config set client-secret\nOr remove it: od-link config unset client-secret',
      })
    },
  )
})
