import { describe, expect, it, vi } from 'vitest'
import { isFolder, isSince, itemOf } from '../../src/graph/item.ts'
import { isName } from '../../src/graph/path.ts'
import { answerOf } from '../helpers/microsoft/fake-graph.ts'

describe('an item that a server tells of', () => {
  const whole = {
    id: '01AB!1',
    name: 'Été',
    webUrl: 'https://contoso.example/Été',
    createdDateTime: '2026-01-02T03:04:05Z',
    folder: { childCount: 0 },
    file: {},
    package: { type: 'oneNote' },
    remoteItem: { folder: {} },
  }

  it('has the fields that are as they should be, and no others', () => {
    expect(itemOf({ ...whole, size: 1 })).toEqual(whole)
    expect(itemOf(undefined)).toEqual({})
    expect(itemOf([whole])).toEqual({})
  })

  it.each(Object.keys(whole))('has no %s of another type', (field) => {
    for (const odd of [1, null, true, [], field === 'id' || field === 'name' ? {} : 1])
      expect(itemOf({ ...whole, [field]: odd })).not.toHaveProperty(field)
  })

  it.each<[string, string, boolean]>([
    ['id', '', false],
    ['id', '.', false],
    ['id', '..', false],
    ['id', '...', true],
    ['id', 'a..', true],
    ['id', '..a', true],
    ['id', '\ud800', false],
    ['id', 'x'.repeat(1_000), true],
    ['id', 'x'.repeat(1_001), false],
    ['name', '', false],
    ['name', '.', false],
    ['name', '..', false],
    ['name', '...', true],
    ['name', 'a/b', false],
    ['name', 'a\nb', false],
    ['name', 'a\u007fb', false],
    ['name', 'x'.repeat(400), true],
    ['name', 'x'.repeat(401), false],
    ['webUrl', 'x'.repeat(8_000), true],
    ['webUrl', 'x'.repeat(8_001), false],
  ])('has the %s %j: %s', (field, value, isThere) => {
    expect(Object.hasOwn(itemOf({ ...whole, [field]: value }), field)).toBe(isThere)
    if (field === 'name') expect(isName(value)).toBe(isThere)
  })
})

describe('an item was made since a moment', () => {
  const started = Date.now()
  const answer = (date?: string) => ({
    status: 200,
    headers: date ? { date } : {},
    json: {},
    repeated: false,
  })
  const now = new Date(started).toUTCString()
  const serverNow = Date.parse(now)
  const made = (ms: number, form = (text: string) => text) => ({
    createdDateTime: form(new Date(serverNow + ms).toISOString()),
  })

  it('when it was made after it, by the clock of the server', () => {
    expect(isSince(made(5_000.5), answer(now), started)).toBe(true)
    expect(isSince(made(-5_001), answer(now), started)).toBe(false)
    // The same item, seen by a server whose clock is an hour ahead.
    const ahead = new Date(serverNow + 3_600_000).toUTCString()
    expect(isSince(made(5_000), answer(ahead), started)).toBe(false)
  })

  it('and in doubt: without a time of either, and within the second of a drive that keeps whole ones', () => {
    expect(isSince({}, answer(now), started)).toBe(true)
    expect(isSince(made(-9_000), answer(), started)).toBe(true)
    expect(isSince({ createdDateTime: 'once' }, answer(now), started)).toBe(true)
    const wholeSeconds = (text: string) => text.replace(/\.\d+Z$/, 'Z')
    const zeros = (text: string) => text.replace(/\.\d+Z$/, '.000Z')
    // A second is what a drive of whole seconds may have cut off.
    for (const form of [wholeSeconds, zeros]) {
      expect(isSince(made(-1_000, form), answer(now), serverNow - 100)).toBe(true)
      expect(isSince(made(-3_000, form), answer(now), serverNow)).toBe(false)
    }
    const exact = (text: string) => text.replace(/\.\d+Z$/, '.010Z')
    expect(isSince(made(-2_000, exact), answer(now), serverNow + 1_000)).toBe(false)
  })

  it.each([
    ['00Z', true],
    ['00.0Z', true],
    ['00.0000000Z', true],
    ['00.1Z', false],
    ['00.01Z', false],
    ['00.0100000Z', false],
    ['00.001Z', false],
  ])('within the second before it, when its time is 12:00:%s: %s', (seconds, is) => {
    const moment = Date.parse('2025-06-01T12:00:01Z')
    const clock = vi.spyOn(Date, 'now').mockReturnValue(moment)
    const item = { createdDateTime: `2025-06-01T12:00:${seconds}` }
    try {
      expect(isSince(item, answer(new Date(moment).toUTCString()), moment)).toBe(is)
    } finally {
      clock.mockRestore()
    }
  })
})

describe('a folder', () => {
  it.each([
    [{ folder: {} }, true],
    [{ remoteItem: { folder: {} } }, true],
    [{ remoteItem: { file: {} } }, false],
    [{ file: {} }, false],
    [{ folder: {}, package: { type: 'oneNote' } }, false],
    [{}, false],
  ])('is %j: %s', (item, is) => {
    expect(isFolder(item)).toBe(is)
  })

  const now = Date.now()
  const at = (ms: number) => new Date(now + ms).toISOString()
  it.each([
    ['was made after the start', { createdDateTime: at(1_000) }, 0, true],
    [
      'was made at the start, by a clock of whole seconds',
      { createdDateTime: at(-900).replace(/\.\d+Z/, 'Z') },
      0,
      true,
    ],
    [
      'was made before, by a clock of fractions',
      { createdDateTime: at(-2_000).replace(/\.\d+Z/, '.5Z') },
      0,
      false,
    ],
    ['was made long before', { createdDateTime: at(-9_000) }, 0, false],
    ['was made long before, by a server that is ahead', { createdDateTime: at(51_000) }, 60_000, false],
    ['was made since, by a server that is ahead', { createdDateTime: at(61_000) }, 60_000, true],
    ['was made since, by a server that is behind', { createdDateTime: at(-58_000) }, -60_000, true],
    ['nobody knows when', {}, 0, true],
  ])('is ours when it %s', (_, item, ahead, ours) => {
    const headers = { date: new Date(now + ahead).toUTCString() }
    expect(isSince(item, answerOf({ status: 200, headers }), now)).toBe(ours)
  })

  it('is ours where the server does not say what time it is', () => {
    expect(isSince({ createdDateTime: at(-9_000) }, answerOf({ status: 200 }), now)).toBe(true)
  })
})
