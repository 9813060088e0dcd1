import { describe, expect, it } from 'vitest'
import {
  aRun,
  found,
  inTrouble,
  listed,
  listedWithMore,
  made,
  nameTaken,
  newFolder,
  notAllowed,
  notBegun,
  nothing,
  notThere,
  oldFolder,
  pass,
  tokenRefused,
  until,
  useFrozenClock,
} from '../../helpers/microsoft/bulk-run.ts'
import type { Told } from '../../helpers/microsoft/fake-graph.ts'

useFrozenClock()
const runAgain = 'Run the same again: what is missing is made.'
describe('what failed with its parent', () => {
  const why = 'Making "/a" is not allowed: No.'

  it.each<[string, Told | undefined]>([
    ['throttled', { status: 429 }],
    ['refused for the token', tokenRefused],
    ['in trouble', inTrouble()],
    ['made all the same', made('b')],
    ['left unanswered', undefined],
  ])('is told once when it is %s in the same batch', (_, answer) => {
    const run = aRun('/a/b')
    run.turn(nothing)
    run.turn({ 'POST root/children a': notAllowed, 'POST root:/a:/children b': answer })
    expect(run.told).toEqual([`failed /a: ${why}`, `skipped /a/b: ${why}`])
    expect(run.settled.map(({ folder }) => run.ledger.isOpen(folder))).toEqual([false, false])
    expect(run.plan.wait).toBeUndefined()
  })

  it.each<[string, Told | undefined]>([
    ['left unanswered', undefined],
    ['refused for the token', tokenRefused],
  ])('is told once when it is %s for the last time', (_, answer) => {
    const run = aRun('/a/b')
    run.turn(nothing)
    run.turn({ 'POST root/children a': undefined, 'POST root:/a:/children b': undefined })
    for (let time = 1; time <= 4; time += 1) {
      run.turn({ 'GET root:/a': answer, 'GET root:/a/b': answer })
      // The one was answered a moment after the other.
      pass(8_000)
    }
    run.turn({ 'GET root:/a': notAllowed, 'GET root:/a/b': answer })
    expect(run.told).toEqual([`failed /a: ${why}`, `skipped /a/b: ${why}`])
    expect(run.ledger.all).toEqual({ created: 0, exists: 0, failed: 1, skipped: 1 })
  })
})

describe('a parent', () => {
  it('that is gone is told, with what to do', () => {
    const run = aRun('/a/b')
    run.turn(nothing)
    run.turn({ 'POST root/children a': made('a') }, 1)
    until(run, 'POST items/id-a/children b', () => notThere)
    expect(run.told).toEqual(['created /a', 'failed /a/b: "/a" is not there any more.'])
    expect(run.error).toMatchObject({ kind: 'not-found', hint: runAgain, code: 'itemNotFound' })
  })

  it('on which a folder waits in vain is told in the same way', () => {
    const run = aRun('/a/b')
    run.turn(nothing)
    run.turn({ 'POST root/children a': made('a') }, 1)
    until(run, 'POST items/id-a/children b', () => notBegun)
    expect(run.told.at(-1)).toBe('failed /a/b: "/a" is not there any more.')
  })

  it('that is the drive itself is no drive', () => {
    const run = aRun('/a')
    run.turn(nothing)
    until(run, 'POST root/children a', () => notThere)
    expect(run.told).toEqual(['failed /a: This account has no OneDrive that can be reached.'])
    expect(run.error?.kind).toBe('not-allowed')
  })

  it('of which nothing is known yet does not hide that a child is refused', () => {
    const run = aRun('/a/b', '/a/c')
    run.turn(nothing)
    run.turn({
      'POST root/children a': nameTaken,
      'POST root:/a:/children b': notAllowed,
      'POST root:/a:/children c': notBegun,
    })
    expect(run.told).toEqual(['failed /a/b: Making "/a/b" is not allowed: No.'])
    run.turn({ 'GET root:/a': found(oldFolder('a')) })
    run.turn({ 'GET items/id-a/children': listed() })
    run.turn({ 'POST items/id-a/children c': made('c') })
    expect(run.told.slice(1)).toEqual(['exists /a', 'created /a/c'])
  })

  it('of which nothing is known yet is waited for by a child that is throttled', () => {
    const run = aRun('/a/b')
    run.turn(nothing)
    run.turn({ 'POST root/children a': undefined, 'POST root:/a:/children b': { status: 429 } })
    run.turn({ 'GET root:/a': found(newFolder('a')) })
    run.turn({ 'POST items/id-a/children b': made('b') })
    expect(run.told).toEqual(['created /a', 'created /a/b'])
  })

  it('that is throttled again and again costs its child nothing', () => {
    const run = aRun('/a/b')
    run.turn(nothing)
    for (let time = 1; time <= 6; time += 1)
      run.turn({ 'POST root/children a': { status: 429 }, 'POST root:/a:/children b': notBegun })
    run.turn({ 'POST root/children a': made('a'), 'POST root:/a:/children b': made('b') })
    expect(run.told).toEqual(['created /a', 'created /a/b'])
    expect(run.deliveries.refused).toBe(6)
  })

  it('that was just made is not listed', () => {
    const run = aRun('/a/b')
    run.turn(nothing)
    run.turn({ 'POST root/children a': made('a') }, 1)
    run.turn({ 'POST items/id-a/children b': made('b') })
    expect(run.told).toEqual(['created /a', 'created /a/b'])
  })

  it.each([
    ['has no children is not listed', { folder: { childCount: 0 } }, 'POST items/id-a/children b'],
    ['has children is listed', { folder: { childCount: 1 } }, 'GET items/id-a/children'],
    ['does not say is listed', { folder: {} }, 'GET items/id-a/children'],
    [
      'leads elsewhere is listed',
      { folder: undefined, remoteItem: { folder: {} } },
      'GET items/id-a/children',
    ],
  ])('that is there and %s', (_, more, asked) => {
    const run = aRun('/a/b')
    run.turn({ 'GET root/children': listed(oldFolder('a', more)) })
    expect(run.ask()).toEqual([asked])
  })

  it('without a child that is wanted is not asked for any', () => {
    const run = aRun('/a')
    run.turn({ 'GET root/children': listed(oldFolder('a', { folder: { childCount: 9 } })) })
    expect(run.told).toEqual(['exists /a'])
    expect(run.plan.wait).toBeUndefined()
  })

  it('that cannot be listed fails its children, and nothing else', () => {
    const run = aRun('/a/b/c', '/d')
    run.turn({ 'GET root/children': listed(oldFolder('a')) }, 1)
    run.turn({ 'GET items/id-a/children': notThere, 'POST root/children d': made('d') })
    const why = 'Listing "/a" failed: Not there.'
    expect(run.told).toEqual(['exists /a', `failed /a/b: ${why}`, `skipped /a/b/c: ${why}`, 'created /d'])
    expect(run.givenUp).toEqual([])
  })
})

describe('a long list', () => {
  it('is left when all is found', () => {
    const run = aRun('/a')
    run.turn({ 'GET root/children': listedWithMore('2', oldFolder('x'), oldFolder('A')) })
    expect(run.plan.wait).toBeUndefined()
  })

  it('is followed for no more pages than folders are missing', () => {
    const run = aRun('/a', '/b')
    run.turn({ 'GET root/children': listedWithMore('2') })
    run.turn({ 'GET root/children?page=2': listedWithMore('3') })
    run.turn({ 'GET root/children?page=3': listedWithMore('4') })
    expect(run.ask()).toEqual(['POST root/children a', 'POST root/children b'])
  })

  it('tells nothing new of what was made since it was asked for', () => {
    const run = aRun('/a/b', '/a/c')
    run.turn(nothing)
    run.turn({
      'POST root/children a': undefined,
      'POST root:/a:/children b': nameTaken,
      'POST root:/a:/children c': notBegun,
    })
    // The one is looked for in the list since its name is taken, the other since its parent is there.
    run.turn({ 'GET root:/a': found(oldFolder('a')), 'GET root:/a/b': notThere })
    run.turn({ 'GET items/id-a/children': inTrouble() }, 1)
    run.turn({ 'GET items/id-a/children': listed(oldFolder('b')) }, 1)
    run.turn({ 'POST items/id-a/children c': made('c') })
    run.wait()
    run.turn({ 'GET items/id-a/children': listed(oldFolder('b'), oldFolder('c')) })
    expect(run.told).toEqual(['exists /a', 'exists /a/b', 'created /a/c'])
  })

  it('that leads back to itself ends', () => {
    const run = aRun('/a', '/b', '/c', '/d')
    run.turn({ 'GET root/children': listedWithMore('2') })
    run.turn({ 'GET root/children?page=2': listedWithMore('2', oldFolder('d')) })
    expect(run.ask()).toEqual(['POST root/children a', 'POST root/children b', 'POST root/children c'])
  })

  it('of a folder with a child that is known is not read for that one', () => {
    const run = aRun('/a/b', '/a/c')
    run.turn(nothing)
    run.turn({
      'POST root/children a': undefined,
      'POST root:/a:/children b': made('b'),
      'POST root:/a:/children c': notBegun,
    })
    run.turn({ 'GET root:/a': found(oldFolder('a')) })
    run.turn({ 'GET items/id-a/children': listedWithMore('2') })
    run.turn({ 'GET root/children?page=2': listedWithMore('3') })
    expect(run.ask()).toEqual(['POST items/id-a/children c'])
  })
})
