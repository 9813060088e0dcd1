import { describe, expect, it } from 'vitest'
import {
  completeTypes,
  decode,
  encode,
  type Value,
} from '../../../../src/accounts/stores/keychain/dbus-values.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

describe('values on the wire of D-Bus', () => {
  /** As the specification lays them down: little-endian, each at a multiple of its own size. */
  const laidDown: [types: string, values: Value[], bytes: string][] = [
    ['', [], ''],
    ['y', [7], '07'],
    ['u', [7], '07000000'],
    ['t', [1_800_000_000], '00d2496b 00000000'],
    ['yt', [1, 2 ** 40], '01 00000000000000 00000000 00010000'],
    ['b', [true], '01000000'],
    ['b', [false], '00000000'],
    ['yu', [1, 2], '01 000000 02000000'],
    ['s', ['ab'], '02000000 6162 00'],
    ['s', ['é'], '02000000 c3a9 00'],
    ['o', ['/a'], '02000000 2f61 00'],
    ['g', ['ss'], '02 7373 00'],
    ['ay', [Buffer.from('abc')], '03000000 616263'],
    ['v', [{ type: 's', value: 'a' }], '01 73 00 00 01000000 61 00'],
    ['au', [[1, 2]], '08000000 01000000 02000000'],
    ['as', [['a', 'b']], '0e000000 01000000 61 00 0000 01000000 62 00'],
    ['a(yu)', [[[1, 2]]], '08000000 00000000 01 000000 02000000'],
    ['a{sy}', [[['a', 1]]], '07000000 00000000 01000000 61 00 01'],
    ['y(y)', [1, [2]], '01 00000000000000 02'],
    ['a(ay)', [[[Buffer.from('abcd')], [Buffer.alloc(0)]]], '0c000000 00000000 04000000 61626364 00000000'],
    ['ya{ss}', [1, []], '01 000000 00000000'],
    ['aas', [[['a'], []]], '10000000 06000000 01000000 61 00 0000 00000000'],
  ]
  it.each(laidDown)('of the types %j are %j', (types, values, bytes) => {
    expect(encode(types, values).toString('hex')).toBe(hex(bytes).toString('hex'))
    expect(decode(types, hex(bytes))).toEqual(values)
  })

  it('are read from the other kind of machine, too', () => {
    expect(decode('t', hex('00000000 6b49d200'), false)).toEqual([1_800_000_000])
    expect(decode('usas', hex('00000007 00000001 61 00 0000 00000006 00000001 62 00'), false)).toEqual([
      7,
      'a',
      ['b'],
    ])
  })

  it('are the same after a secret of the Secret Service was written and read', () => {
    const secret: Value = ['/session', Buffer.alloc(0), Buffer.from([0, 1, 255]), 'text/plain']
    const values: Value[] = [[['label', { type: 's', value: 'x' }]], secret, true, [['a', secret]]]
    const types = 'a{sv}(oayays)ba{o(oayays)}'
    expect(decode(types, encode(types, values))).toEqual(values)
  })

  it.each([200, 255, 256, 257, 5_000])('are whole with %i bytes among them', (length) => {
    const values: Value[] = [7, Buffer.alloc(length, 'a'), 'é'.repeat(length), ['b'.repeat(length)], true]
    expect(decode('yaysasb', encode('yaysasb', values))).toEqual(values)
  })

  it('are read as signed numbers, doubles and what else od-link never sends are not', () => {
    expect(decode('i', hex('07000000'))).toEqual([7])
    for (const types of ['d', 'x', 'h', '?'])
      expect(() => decode(types, Buffer.alloc(16))).toThrow(
        `a D-Bus type that od-link does not know: ${types}`,
      )
  })

  it.each([
    ['s', '05000000 6162 00'],
    ['s', '02000000 6162'],
    ['ay', '05000000 61'],
    ['y', ''],
    ['g', '05 73 00'],
    ['as', '20000000 01000000 61 00'],
  ])('of the type %s are not read where they are cut short: %s', (types, bytes) => {
    expect(() => decode(types, hex(bytes))).toThrow(RangeError)
  })

  it('say so when a text is longer than the message', () => {
    expect(() => decode('s', hex('05000000 6162'))).toThrow('a D-Bus message is shorter than it says')
  })

  it('do not lead into a depth or a list without end', () => {
    let deep: Value = { type: 'y', value: 1 }
    for (let level = 0; level < 15; level += 1) deep = { type: 'v', value: deep }
    expect(decode('v', encode('v', [deep]))).toEqual([deep])
    for (let level = 0; level < 2; level += 1) deep = { type: 'v', value: deep }
    expect(() => decode('v', encode('v', [deep as Value]))).toThrow('nested too deep')
    const bytes = encode(`${'a'.repeat(17)}ay`, [[[[[[[[[[[[[[[[[[Buffer.from('x')]]]]]]]]]]]]]]]]]])
    expect(() => decode(`${'a'.repeat(17)}ay`, bytes)).toThrow('nested too deep')
    expect(() => decode(`${'('.repeat(18)}y${')'.repeat(18)}`, hex('01'))).toThrow('nested too deep')
    expect(() => decode('a()', hex('08000000 00000000 0000000000000000'))).toThrow('empty elements')
  })
})

describe('a signature', () => {
  it.each([
    ['', []],
    ['s', ['s']],
    ['so', ['s', 'o']],
    ['a{ss}o', ['a{ss}', 'o']],
    ['aoao', ['ao', 'ao']],
    ['a{o(oayays)}b', ['a{o(oayays)}', 'b']],
    ['aa{sv}(y(u))', ['aa{sv}', '(y(u))']],
  ])('%j has the types %j', (signature, types) => {
    expect(completeTypes(signature)).toEqual(types)
  })

  it.each(['(', '(s', 'a{s', '((s)'])('%j is incomplete', (signature) => {
    expect(() => completeTypes(signature)).toThrow('an incomplete D-Bus type')
  })
})
