import { describe, expect, it } from 'vitest'
import {
  aRun,
  created,
  listed,
  listedWithMore,
  nameTaken,
  notAllowed,
  nothing,
  notThere,
  oldFolder,
  until,
  useFrozenClock,
} from '../../helpers/microsoft/bulk-run.ts'

useFrozenClock()
const runAgain = "Run it again to create what's missing."

describe('a folder whose parent fails', () => {
  it('is skipped, once, with the same reason and the folder that failed', () => {
    const run = aRun('/a/b/c', '/a/d', '/e')
    run.turn(nothing)
    run.turn({ 'POST root/children a': notAllowed, 'POST root/children e': created('e') })
    const why = 'Creating the folder is not allowed: No.'
    expect(run.told).toEqual([
      `failed /a: ${why}`,
      `skipped /a/b: ${why}`,
      `skipped /a/b/c: ${why}`,
      `skipped /a/d: ${why}`,
      'created /e',
    ])
    const [parent] = run.settled
    expect(parent?.failed).toBeUndefined()
    for (const { failed } of run.settled.slice(1, 4)) expect(failed).toBe(parent?.folder)
    expect(run.states.all).toEqual({ created: 1, exists: 0, failed: 1, skipped: 3 })
    expect(run.plan.wait).toBeUndefined()
  })
})

describe('a folder that is created', () => {
  const somewhereElse = 'OneDrive did not create the folder in the parent that was requested.'

  it.each([
    ['in another parent fails', { parentReference: { id: 'id-x' } }, `failed /a/b: ${somewhereElse}`],
    ['in its parent, whose ID has other letters', { parentReference: { id: 'ID-A' } }, 'created /a/b'],
    ['with no word about its parent', { parentReference: {} }, 'created /a/b'],
    ['with a path only', { parentReference: { path: '/drive/root:/else' } }, 'created /a/b'],
  ])('%s', (_, more, told) => {
    const run = aRun('/a/b')
    run.turn(nothing)
    run.turn({ 'POST root/children a': created('a') })
    run.turn({ 'POST items/id-a/children b': created('b', more) })
    expect(run.told).toEqual(['created /a', told])
  })

  it('in the root is not compared with an ID, because that of the root is not known', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': created('a', { parentReference: { id: 'id-root' } }) })
    expect(run.told).toEqual(['created /a'])
  })

  it('in another parent says what to do, and its children are skipped', () => {
    const run = aRun('/a/b/c')
    run.turn(nothing)
    run.turn({ 'POST root/children a': created('a') })
    run.turn({ 'POST items/id-a/children b': created('b', { parentReference: { id: 'id-x' } }) })
    expect(run.told.at(-1)).toBe(`skipped /a/b/c: ${somewhereElse}`)
    expect(run.error).toMatchObject({
      kind: 'service',
      reason: 'unreadable-answer',
      next: ['Look for it in the folders above, and remove it there.'],
    })
  })
})

describe('a parent', () => {
  it('that is gone is reported, with what to do', () => {
    const run = aRun('/a/b')
    run.turn(nothing)
    run.turn({ 'POST root/children a': created('a') })
    until(run, 'POST items/id-a/children b', () => notThere)
    expect(run.told).toEqual(['created /a', 'failed /a/b: "/a" no longer exists.'])
    expect(run.error).toMatchObject({ kind: 'not-found', next: [runAgain], code: 'itemNotFound' })
  })

  it('that is the root means that there is no drive', () => {
    const run = aRun('/a')
    run.turn(nothing)
    until(run, 'POST root/children a', () => notThere)
    expect(run.told).toEqual(['failed /a: This account has no OneDrive that can be reached.'])
    expect(run.error?.kind).toBe('not-allowed')
  })

  it('that is throttled again and again costs its child nothing', () => {
    const run = aRun('/a/b')
    run.turn(nothing)
    for (let time = 1; time <= 6; time += 1) run.turn({ 'POST root/children a': { status: 429 } })
    run.turn({ 'POST root/children a': created('a') })
    run.turn({ 'POST items/id-a/children b': created('b') })
    expect(run.told).toEqual(['created /a', 'created /a/b'])
    expect(run.results.refused).toBe(6)
  })

  it('that was created just now is not listed', () => {
    const run = aRun('/a/b')
    run.turn(nothing)
    run.turn({ 'POST root/children a': created('a') }, 1)
    run.turn({ 'POST items/id-a/children b': created('b') })
    expect(run.told).toEqual(['created /a', 'created /a/b'])
  })

  it.each([
    ['has no children is not listed', { folder: { childCount: 0 } }, 'POST items/id-a/children b'],
    ['has children is listed', { folder: { childCount: 1 } }, 'GET items/id-a/children'],
    ['does not say whether it has is listed', { folder: {} }, 'GET items/id-a/children'],
    ['is a shortcut is listed', { folder: undefined, remoteItem: { folder: {} } }, 'GET items/id-a/children'],
  ])('that exists and %s', (_, more, asked) => {
    const run = aRun('/a/b')
    run.turn({ 'GET root/children': listed(oldFolder('a', more)) })
    expect(run.ask()).toEqual([asked])
  })

  it('without children in the list is not listed', () => {
    const run = aRun('/a')
    run.turn({ 'GET root/children': listed(oldFolder('a', { folder: { childCount: 9 } })) })
    expect(run.told).toEqual(['exists /a'])
    expect(run.plan.wait).toBeUndefined()
  })

  it('that cannot be listed fails its children, and nothing else', () => {
    const run = aRun('/a/b/c', '/d')
    run.turn({ 'GET root/children': listed(oldFolder('a')) }, 1)
    run.turn({ 'GET items/id-a/children': notThere, 'POST root/children d': created('d') })
    const why = 'Listing "/a" failed: Not there.'
    expect(run.told).toEqual(['exists /a', `failed /a/b: ${why}`, `skipped /a/b/c: ${why}`, 'created /d'])
    expect(run.givenUp).toEqual([])
  })
})

describe('a long list', () => {
  it('is read no further when all are found', () => {
    const run = aRun('/a')
    run.turn({ 'GET root/children': listedWithMore('2', oldFolder('x'), oldFolder('A')) })
    expect(run.plan.wait).toBeUndefined()
  })

  it('is read for no more pages than folders are missing, after the first', () => {
    const run = aRun('/a', '/b')
    run.turn({ 'GET root/children': listedWithMore('2') })
    run.turn({ 'GET root/children?page=2': listedWithMore('3') })
    run.turn({ 'GET root/children?page=3': listedWithMore('4') })
    expect(run.ask()).toEqual(['POST root/children a', 'POST root/children b'])
  })

  it('that is read again to find one folder reports nothing about the others', () => {
    const run = aRun('/a/b', '/a/c')
    run.turn({ 'GET root/children': listed(oldFolder('a')) })
    run.turn({ 'GET items/id-a/children': listed() })
    run.turn({ 'POST items/id-a/children b': nameTaken, 'POST items/id-a/children c': created('c') })
    run.turn({ 'GET items/id-a:/b:': notThere })
    run.turn({ 'GET items/id-a/children': listed(oldFolder('c'), oldFolder('b')) })
    expect(run.told).toEqual(['exists /a', 'created /a/c', 'exists /a/b'])
  })

  it('that is read again to find one folder, and fails, fails only that one', () => {
    const run = aRun('/a/b', '/a/c')
    run.turn({ 'GET root/children': listed(oldFolder('a')) })
    run.turn({ 'GET items/id-a/children': listed() })
    run.turn({ 'POST items/id-a/children b': nameTaken }, 1)
    run.turn({ 'GET items/id-a:/b:': notThere }, 1)
    run.turn({ 'GET items/id-a/children': notAllowed }, 1)
    expect(run.told).toEqual(['exists /a', 'failed /a/b: Listing "/a" is not allowed: No.'])
    run.turn({ 'POST items/id-a/children c': created('c') })
    expect(run.told.at(-1)).toBe('created /a/c')
  })

  it('that leads back to itself ends', () => {
    const run = aRun('/a', '/b', '/c', '/d')
    run.turn({ 'GET root/children': listedWithMore('2') })
    run.turn({ 'GET root/children?page=2': listedWithMore('2', oldFolder('d')) })
    expect(run.ask()).toEqual(['POST root/children a', 'POST root/children b', 'POST root/children c'])
  })
})
