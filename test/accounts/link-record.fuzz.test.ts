/* A failing example is run again as `runs.ts` says. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRecord } from '../../src/accounts/link-record.ts'
import { OdLinkError } from '../../src/errors.ts'
import type { LinkRecord } from '../../src/identity/link.ts'
import { anyText, settings } from '../fuzz/runs.ts'

const time = fc.integer({ min: 0, max: 4_102_444_800_000 })
const text = anyText.map((one) => one.toWellFormed())
const record: fc.Arbitrary<LinkRecord> = fc.record({
  version: fc.constant(1 as const),
  ...{ id: text, tenantId: text, objectId: text, username: text, displayName: text },
  kind: fc.constantFrom('work' as const, 'personal' as const),
  registration: fc.record({
    clientId: text,
    tenant: text,
    clientSecret: fc.option(text, { nil: undefined }),
  }),
  tokenEndpoint: fc.webUrl(),
  ...{ issuer: text, scope: text, grantedScope: text, accessToken: text, refreshToken: text },
  graphOrigin: fc.webUrl(),
  ...{ expiresAt: time, linkedAt: time, lastRenewedAt: time },
})

/** What is read, or nothing where it is refused; any other fault is one of the program. */
function read(written: string, id: string): LinkRecord | undefined {
  try {
    return parseRecord(written, id)
  } catch (error) {
    if (error instanceof OdLinkError && error.kind === 'keychain') return undefined
    throw error
  }
}

describe('the record of a link', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(record, (one) => {
        expect(read(JSON.stringify(one), one.id)).toEqual(JSON.parse(JSON.stringify(one)))
      }),
      settings(),
    )
  })

  it('is whole or refused, whatever became of one field', () => {
    const fields = Object.keys(fc.sample(record, 1)[0] ?? {}) as (keyof LinkRecord)[]
    fc.assert(
      fc.property(
        record,
        fc.constantFrom(...fields),
        fc.option(fc.jsonValue(), { nil: undefined }),
        (one, field, value) => {
          const found = read(JSON.stringify({ ...one, [field]: value }), one.id)
          if (!found) return
          for (const name of fields) expect(typeof found[name]).toBe(typeof one[name])
          expect(found.registration.clientId).toBeTypeOf('string')
          // Each of these is shown as a date, or is where a request goes.
          for (const at of [found.expiresAt, found.linkedAt, found.lastRenewedAt]) new Date(at).toISOString()
          for (const address of [found.tokenEndpoint, found.graphOrigin]) new URL(address)
        },
      ),
      settings(),
    )
  })

  it('is never read from half of its text, or from anything else', () => {
    fc.assert(
      fc.property(record, fc.nat(), anyText, fc.jsonValue(), (one, cut, garbage, other) => {
        const whole = JSON.stringify(one)
        expect(read(whole.slice(0, cut % whole.length), one.id)).toBeUndefined()
        expect(read(garbage, one.id)).toBeUndefined()
        expect(read(JSON.stringify(other), one.id)).toBeUndefined()
        expect(read(whole, `${one.id}x`)).toBeUndefined()
      }),
      settings(),
    )
  })
})
