import { describe, expect, it } from 'vitest'
import type { Entries } from '../../../src/accounts/stores/entries.ts'
import { DamagedEntry, inTwoSlots } from '../../../src/accounts/stores/two-slots.ts'

/** A place that overwrites in place, and can be made to fail at one entry. */
function place() {
  const kept = new Map<string, Buffer>()
  const failing = new Map<string, Error>()
  const orFail = (name: string) => {
    const error = failing.get(name)
    if (error) throw error
  }
  const entries: Entries = {
    get: async (name) => {
      orFail(name)
      return kept.get(name)
    },
    set: async (name, value) => void kept.set(name, value),
    delete: async (name) => void kept.delete(name),
  }
  const slots = inTwoSlots(entries)
  const set = (text: string) => slots.set('link', Buffer.from(text))
  const get = async () => (await slots.get('link'))?.toString()
  const shown = () => Object.fromEntries([...kept].map(([name, value]) => [name, value.toString()]))
  return { kept, failing, slots, set, get, shown }
}
const damaged = () => new DamagedEntry('keychain', 'It is cut short.')

describe('a value that is kept in two entries in turn', () => {
  it('is absent before it is there', async () => {
    expect(await place().get()).toBeUndefined()
  })

  it('is written over the older one, and the newest counts', async () => {
    const { set, get, shown } = place()
    await set('{"a":1}')
    expect(shown()).toEqual({ link: '1 {"a":1}' })
    await set('{"a":2}')
    expect(shown()).toEqual({ link: '1 {"a":1}', 'link second': '2 {"a":2}' })
    expect(await get()).toBe('{"a":2}')
    await set('{"a":3}')
    expect(shown()).toEqual({ link: '3 {"a":3}', 'link second': '2 {"a":2}' })
    expect(await get()).toBe('{"a":3}')
  })

  it('counts by numbers, not by letters', async () => {
    const { kept, get } = place()
    kept.set('link', Buffer.from('9 {"a":9}'))
    kept.set('link second', Buffer.from('10 {"a":10}'))
    expect(await get()).toBe('{"a":10}')
    kept.set('link', Buffer.from('999999999999999 {"a":11}'))
    expect(await get()).toBe('{"a":11}')
  })

  it.each([
    ['without a number', '{"a":1}'],
    ['with too long a number', '1234567890123456 {"a":1}'],
    ['with a number elsewhere', '{"a": 1 }'],
    ['with a number and no space', '12{"a":1}'],
  ])('of another hand, %s, is handed on as it is', async (_, text) => {
    const { kept, get, set } = place()
    kept.set('link', Buffer.from(text))
    expect(await get()).toBe(text)
    await set('{"a":2}')
    expect(await get()).toBe('{"a":2}')
  })

  it('is the older one where the newer is damaged', async () => {
    const { set, get, failing } = place()
    await set('{"a":1}')
    await set('{"a":2}')
    failing.set('link second', damaged())
    expect(await get()).toBe('{"a":1}')
    await set('{"a":3}')
    failing.clear()
    expect(await get()).toBe('{"a":3}')
  })

  it('is in trouble where the only one is damaged, and is not written over', async () => {
    const { set, get, failing, shown } = place()
    await set('{"a":1}')
    failing.set('link', damaged())
    await expect(get()).rejects.toThrow('It is cut short.')
    await expect(set('{"a":2}')).rejects.toThrow('It is cut short.')
    expect(shown()).toEqual({ link: '1 {"a":1}' })
  })

  it('is not the older one where the newer could not be asked for', async () => {
    const { set, get, failing, shown } = place()
    await set('{"a":1}')
    await set('{"a":2}')
    const before = shown()
    failing.set('link second', new Error('It does not answer.'))
    await expect(get()).rejects.toThrow('It does not answer.')
    await expect(set('{"a":3}')).rejects.toThrow('It does not answer.')
    failing.set('link', damaged())
    await expect(get()).rejects.toThrow('It does not answer.')
    expect(shown()).toEqual(before)
  })

  it('is gone from both when it is removed', async () => {
    const { set, slots, kept } = place()
    await set('{"a":1}')
    await set('{"a":2}')
    await slots.delete('link')
    await slots.delete('link')
    expect(kept.size).toBe(0)
  })
})
