import { describe, expect, it } from 'vitest'
import { parseRecord } from '../../src/accounts/link-record.ts'
import { recordOf } from '../helpers/program/own-settings.ts'

const read = (change: object) => parseRecord(JSON.stringify({ ...recordOf(), ...change }), 'contoso.ada')

describe('a link as it was kept', () => {
  it('is read as it was written', () => {
    const record = recordOf()
    expect(parseRecord(JSON.stringify(record), record.id)).toEqual(record)
  })

  it.each([
    ['id', 'another.person'],
    ['id', 7],
    ['tokenEndpoint', undefined],
    ['tokenEndpoint', 7],
    ['tokenEndpoint', 'no address'],
    ['tokenEndpoint', ['https://login.example/token']],
    ['issuer', undefined],
    ['graphOrigin', undefined],
    ['graphOrigin', {}],
    ['scope', undefined],
    ['accessToken', undefined],
    ['accessToken', null],
    ['refreshToken', undefined],
    ['refreshToken', []],
    ['expiresAt', '7'],
    ['expiresAt', 8.65e15],
    ['linkedAt', -8.65e15],
    ['expiresAt', undefined],
    ['registration', undefined],
    ['registration', null],
    ['registration', { clientId: 7 }],
    ['registration', {}],
  ])('is not believed when its %s is %j', (field, value) => {
    expect(() => read({ [field]: value })).toThrow(
      expect.objectContaining({
        kind: 'keychain',
        message: 'The saved link contoso.ada cannot be read (parts of it are missing).',
        hint: 'od-link login --account contoso.ada\nOr remove it: od-link logout contoso.ada',
      }),
    )
  })

  it.each([
    ['{"version":1', 'it is damaged'],
    ['', 'it is damaged'],
    ['null', 'another version of od-link wrote it'],
    ['"text"', 'another version of od-link wrote it'],
    ['{"version":2}', 'another version of od-link wrote it'],
    ['{"version":"1"}', 'another version of od-link wrote it'],
  ])('%j is not understood: %s', (text, why) => {
    expect(() => parseRecord(text, 'contoso.ada')).toThrow(
      `The saved link contoso.ada cannot be read (${why}).`,
    )
  })
})
