import { describe, expect, it, vi } from 'vitest'
import { isFolder, isMisplaced, isSince, itemOf } from '../../src/graph/item.ts'
import { isName } from '../../src/graph/path.ts'
import { answerOf } from '../helpers/microsoft/fake-graph.ts'

describe('an item in an answer', () => {
  const whole = {
    id: '01AB!1',
    name: 'Été',
    webUrl: 'https://contoso.example/Été',
    createdDateTime: '2026-01-02T03:04:05Z',
    folder: { childCount: 0 },
    file: {},
    package: { type: 'oneNote' },
    remoteItem: { folder: {} },
    parentReference: { id: '01AB', path: '/drive/root:/a' },
  }

  it('has the valid fields that od-link reads, and no others', () => {
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

describe('the place of an item', () => {
  it('has a valid ID and a valid path, and nothing more', () => {
    const placeOf = (parentReference: unknown) => itemOf({ parentReference }).parentReference
    expect(placeOf({ id: 'x', path: '/drive/root:', driveId: 'd', driveType: 'business' })).toEqual({
      id: 'x',
      driveId: 'd',
      path: '/drive/root:',
    })
    expect(placeOf({ id: '..', path: 7 })).toEqual({})
    expect(placeOf({ path: 'x'.repeat(8_000) })).toHaveProperty('path')
    expect(placeOf({ path: 'x'.repeat(8_001) })).toEqual({})
  })

  it.each<[place: object | undefined, where: Parameters<typeof isMisplaced>[1], is: boolean]>([
    [{ id: 'AB!1' }, { id: 'ab!1' }, false],
    [{ id: 'AB!1' }, { id: 'AB!2' }, true],
    // The ID decides where both are known.
    [{ id: 'x', path: '/drive/root:/other' }, { id: 'x', path: ['a'] }, false],
    [{ path: '/drive/root:/a' }, { id: 'x', path: ['a'] }, false],
    [{ path: '/drive/root:/b' }, { id: 'x', path: ['a'] }, true],
    [{ path: '/drives/b!1/root:/A/B' }, { path: ['a', 'b'] }, false],
    [{ path: '/drive/root:/caf\u00e9 1' }, { path: ['cafe\u0301 1'] }, false],
    [{ path: '/drive/root:/caf%C3%A9%201' }, { path: ['caf\u00e9 1'] }, false],
    [{ path: '/drive/root:/100%25' }, { path: ['100%25'] }, false],
    [{ path: '/drive/root:/100%' }, { path: ['100'] }, true],
    [{ path: '/drive/root:' }, { path: [] }, false],
    [{ path: '/drive/root:' }, { path: ['a'] }, true],
    // Places that say nothing.
    [{ path: '/drives/b!1/items/01AB' }, { path: ['a'] }, false],
    [{}, { id: 'x', path: ['a'] }, false],
    [undefined, { id: 'x', path: ['a'] }, false],
    [{ id: 'y' }, {}, false],
  ])('in %j, where %j was requested, is certainly another: %s', (parentReference, where, is) => {
    expect(isMisplaced(itemOf({ parentReference }), where)).toBe(is)
  })
})

describe('an item was created since a moment', () => {
  const started = Date.now()
  const answer = (date?: string) => answerOf({ status: 200, headers: date ? { date } : {} })
  const now = new Date(started).toUTCString()
  const serverNow = Date.parse(now)
  const created = (ms: number, form = (text: string) => text) => ({
    createdDateTime: form(new Date(serverNow + ms).toISOString()),
  })

  it('when it was created after it, by the clock of the server', () => {
    expect(isSince(created(5_000.5), answer(now), started)).toBe(true)
    expect(isSince(created(-5_001), answer(now), started)).toBe(false)
    // The same item, seen by a server whose clock is an hour ahead.
    const ahead = new Date(serverNow + 3_600_000).toUTCString()
    expect(isSince(created(5_000), answer(ahead), started)).toBe(false)
  })

  it('and in doubt: without either time, and within the second of a drive that has whole seconds', () => {
    expect(isSince({}, answer(now), started)).toBe(true)
    expect(isSince(created(-9_000), answer(), started)).toBe(true)
    expect(isSince({ createdDateTime: 'once' }, answer(now), started)).toBe(true)
    const wholeSeconds = (text: string) => text.replace(/\.\d+Z$/, 'Z')
    const zeros = (text: string) => text.replace(/\.\d+Z$/, '.000Z')
    // A second is what a drive of whole seconds may have cut off.
    for (const form of [wholeSeconds, zeros]) {
      expect(isSince(created(-1_000, form), answer(now), serverNow - 100)).toBe(true)
      expect(isSince(created(-3_000, form), answer(now), serverNow)).toBe(false)
    }
    const exact = (text: string) => text.replace(/\.\d+Z$/, '.010Z')
    expect(isSince(created(-2_000, exact), answer(now), serverNow + 1_000)).toBe(false)
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
    ['was created after the start', { createdDateTime: at(1_000) }, 0, true],
    [
      'was created at the start, by a clock of whole seconds',
      { createdDateTime: at(-900).replace(/\.\d+Z/, 'Z') },
      0,
      true,
    ],
    [
      'was created before, by a clock of fractions',
      { createdDateTime: at(-2_000).replace(/\.\d+Z/, '.5Z') },
      0,
      false,
    ],
    ['was created long before', { createdDateTime: at(-9_000) }, 0, false],
    ['was created long before, by a server that is ahead', { createdDateTime: at(51_000) }, 60_000, false],
    ['was created since, by a server that is ahead', { createdDateTime: at(61_000) }, 60_000, true],
    ['was created since, by a server that is behind', { createdDateTime: at(-58_000) }, -60_000, true],
    ['has no creation time', {}, 0, true],
  ])('is ours when it %s', (_, item, ahead, ours) => {
    const headers = { date: new Date(now + ahead).toUTCString() }
    expect(isSince(item, answerOf({ status: 200, headers }), now)).toBe(ours)
  })

  it('is ours where the server does not report its time', () => {
    expect(isSince({ createdDateTime: at(-9_000) }, answerOf({ status: 200 }), now)).toBe(true)
  })
})
