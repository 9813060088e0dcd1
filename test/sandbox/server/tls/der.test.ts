import { describe, expect, it } from 'vitest'
import {
  boolean,
  integer,
  objectIdentifier,
  octetString,
  utcTime,
} from '../../../../sandbox/server/tls/der.ts'

const hex = (value: Buffer) => value.toString('hex')

describe('DER', () => {
  it('writes values as the standard’s own examples have them', () => {
    expect(hex(integer(Buffer.from([0])))).toBe('020100')
    expect(hex(integer(Buffer.from([0x7f])))).toBe('02017f')
    expect(hex(integer(Buffer.from([0x80])))).toBe('02020080')
    expect(hex(integer(Buffer.from([0, 0, 1, 0])))).toBe('02020100')
    expect(hex(boolean(true))).toBe('0101ff')
    expect(hex(objectIdentifier('1.2.840.113549'))).toBe('06062a864886f70d')
    expect(hex(utcTime(new Date('1991-05-06T23:45:40Z')))).toBe(`170d${hex(Buffer.from('910506234540Z'))}`)
    expect(hex(octetString(Buffer.alloc(127))).slice(0, 4)).toBe('047f')
    expect(hex(octetString(Buffer.alloc(128))).slice(0, 6)).toBe('048180')
    expect(hex(octetString(Buffer.alloc(256))).slice(0, 8)).toBe('04820100')
  })
})
