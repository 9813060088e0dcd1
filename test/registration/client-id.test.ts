import { describe, expect, it } from 'vitest'
import { readClientId, readDirectory } from '../../src/registration/client-id.ts'
import { usageError } from '../helpers/program/usage-error.ts'

describe('a client id that is pasted', () => {
  const id = '0d11c0de-5a9d-4b0c-9c1e-7f3a52d8e601'
  const other = '11111111-2222-3333-4444-555555555555'
  it.each([
    id,
    id.toUpperCase(),
    `"${id}"`,
    `Application (client) ID: ${id}`,
    `${id} ${id.toUpperCase()}`,
    `https://entra.microsoft.com/#view/x/appId/${id}/isMSAApp~/false`,
    `https://login.example/authorize?client_id=${id}&nonce=${other}`,
    `https://entra.example/?x=appId%2F${id}`,
    `https://entra.example/?clientId%3D${id}`,
    `client-id: ${id}`,
  ])('is found in %s', (text) => {
    expect(readClientId(text)).toBe(id)
  })

  it.each([
    ['', /^No client ID was given\.$/],
    [`https://entra.example/${id}`, /^That URL does not contain a client ID\.$/],
    ['HTTP://x', /^That URL does not contain a client ID\.$/],
    [`${id} ${other}`, /^That contains more than one ID\.$/],
    ['ada@contoso.example', /^That is an email address, not a client ID\.$/],
    [
      'x'.repeat(30),
      /^That is not a client ID\. If it is a client secret, it has been exposed; create a new one\.$/,
    ],
    [id.slice(1), /^A client ID has 36 characters, and this has 35\.$/],
    [id.replaceAll('-', ''), /^A client ID has 36 characters, and this has 32\.$/],
    ['x'.repeat(29), /^That is not a client ID\.$/],
    ['two words @ home that are long enough', /^That is not a client ID\.$/],
    ['ada@contoso.example and more', /^That is not a client ID\.$/],
    ['more and ada@contoso.example', /^That is not a client ID\.$/],
    [`two ${'x'.repeat(30)}`, /^That is not a client ID\.$/],
    [`${'x'.repeat(30)} words`, /^That is not a client ID\.$/],
    [`two ${'x'.repeat(30)} words`, /^That is not a client ID\.$/],
    [`${id.slice(0, -1)}`, /./],
  ])('is not found in %j', (text, message) => {
    expect(() => readClientId(text)).toThrow(
      usageError(
        message,
        /^Copy the Application \(client\) ID from Overview\. It looks like this:\n11111111-2222-3333-4444-555555555555$/,
      ),
    )
  })

  it('may go with a directory', () => {
    expect(readDirectory(`Directory (tenant) ID: ${other.toUpperCase()}`)).toBe(other)
    expect(readDirectory('Contoso.Example')).toBe('contoso.example')
    expect(readDirectory('a.b-c.d')).toBe('a.b-c.d')
    for (const text of ['contoso', 'a b.c', 'a.b c', '.b', 'a.', 'a..b'])
      expect(() => readDirectory(text)).toThrow(
        usageError(
          /^That is not a directory\.$/,
          /^Copy the Directory \(tenant\) ID from Overview, or type a domain/,
        ),
      )
    expect(() => readDirectory('')).toThrow(usageError(/^No directory was given\.$/))
  })
})
