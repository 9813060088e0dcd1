import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readAnswers } from '../../../src/graph/bulk/batch.ts'
import { tooLong } from '../../../src/graph/bulk/errors.ts'
import { unitsOf } from '../../../src/graph/bulk/operations.ts'
import type { Folder } from '../../../src/graph/bulk/tree.ts'
import { challengeOf } from '../../../src/graph/send-once.ts'
import {
  aRun,
  brokenConnection,
  found,
  inTrouble,
  listed,
  listedWithMore,
  made,
  nameTaken,
  newFolder,
  noNetwork,
  noSpace,
  notAllowed,
  notBegun,
  notThere,
  oldFolder,
  pass,
  similarName,
  someFile,
  tokenRefused,
} from '../../helpers/microsoft/bulk-run.ts'
import { answerOf, type Told } from '../../helpers/microsoft/fake-graph.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'], now: new Date('2025-06-01T12:00:00.400Z') })
  // No jitter: the middle of what is drawn.
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const nothing = { 'GET root/children': listed() }
const runAgain = 'Run the same again: what is missing is made.'
const notReadable = (status: number) =>
  `failed: Microsoft Graph sent an answer that cannot be read (HTTP ${status}).`
/** Something is answered until it is given up, after each wait. */
function until(run: ReturnType<typeof aRun>, asked: string, told: () => Told | undefined, times = 5) {
  for (let time = 1; time <= times; time += 1) {
    run.turn({ [asked]: told() })
    if (time < times) run.wait()
  }
}

describe('a name that is taken', () => {
  it.each([
    ['the name', nameTaken],
    ['a similar name', similarName],
  ])('is looked at once when a folder of %s is there', (_, answer) => {
    const run = aRun('/a/b')
    run.turn(nothing)
    run.turn({ 'POST root/children a': answer, 'POST root:/a:/children b': notBegun })
    run.turn({ 'GET root:/a': found(oldFolder('A', { folder: { childCount: 0 } })) })
    run.turn({ 'POST items/id-A/children b': made('b') })
    expect(run.told).toEqual(['exists /a', 'created /a/b'])
    expect(run.plan.wait).toBeUndefined()
    // What was not even begun is no request.
    expect(run.deliveries.requests).toBe(4)
  })

  it.each([
    ['a file', someFile('a')],
    ['a notebook', oldFolder('a', { package: { type: 'oneNote' } })],
  ])('by %s fails that folder and what is below it alone, with the words of the server', (what, there) => {
    const run = aRun('/a/b', '/c')
    run.turn(nothing)
    run.turn({
      'POST root/children a': nameTaken,
      'POST root:/a:/children b': notBegun,
      'POST root/children c': made('c'),
    })
    run.turn({ 'GET root:/a': found(there) })
    const why = `The name is taken: "/a" is ${what}.`
    expect(run.told).toEqual(['created /c', `failed /a: ${why}`, `skipped /a/b: ${why}`])
    expect(run.error).toMatchObject({
      kind: 'taken',
      code: 'nameAlreadyExists',
      hint: 'Choose another name.',
      requestId: '11111111-2222-3333-4444-555555555555',
      timestamp: 'Wed, 01 Jan 2025 10:00:00 GMT',
    })
    expect(run.givenUp).toEqual([])
  })

  it('by a file that a list shows has no words of the server', () => {
    const run = aRun('/a')
    run.turn({ 'GET root/children': listed(someFile('a')) })
    expect(run.told).toEqual(['failed /a: The name is taken: "/a" is a file.'])
    expect(run.error).toMatchObject({ kind: 'taken', code: 'nameAlreadyExists', requestId: undefined })
  })

  it('is told by the code that the server has for it', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': similarName })
    run.turn({ 'GET root:/a': found(someFile('a')) })
    expect(run.error).toMatchObject({ kind: 'taken', code: 'itemNotFound' })
  })

  it('by what is not found by its name is searched for in the list of its parent', () => {
    const run = aRun('/a/b', '/c')
    run.turn(nothing)
    run.turn({
      'POST root/children a': nameTaken,
      'POST root:/a:/children b': notBegun,
      'POST root/children c': made('c'),
    })
    run.turn({ 'GET root:/a': notThere })
    run.turn({ 'GET root/children': listed(oldFolder('x'), oldFolder('A'), oldFolder('c')) })
    expect(run.told).toEqual(['created /c', 'exists /a'])
    run.turn({ 'GET items/id-A/children': listed(oldFolder('b')) })
    expect(run.told.at(-1)).toBe('exists /a/b')
  })

  it('by what nobody can see fails after some tries', () => {
    const run = aRun('/a')
    run.turn(nothing)
    for (const wait of [500, 1_000, 2_000, 4_000, undefined]) {
      run.turn({ 'POST root/children a': nameTaken })
      run.turn({ 'GET root:/a': notThere })
      run.turn({ 'GET root/children': listed(oldFolder('x')) })
      expect(run.wait()).toBe(wait)
    }
    expect(run.told).toEqual(['failed /a: The name is taken: "/a" is an item that cannot be seen.'])
    expect(run.error).toMatchObject({ kind: 'taken', requestId: '11111111-2222-3333-4444-555555555555' })
  })

  it('and is free again when it is asked for again is made', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': nameTaken })
    run.turn({ 'GET root:/a': notThere })
    run.turn(nothing)
    run.wait()
    run.turn({ 'POST root/children a': made('a') })
    expect(run.told).toEqual(['created /a'])
  })

  it('is no matter of whoever may not look at it', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': nameTaken })
    run.turn({ 'GET root:/a': notAllowed })
    expect(run.told).toEqual(['failed /a: Making "/a" is not allowed: No.'])
    expect(run.givenUp).toEqual([])
  })
})

describe('a drive that answers a creation with the folder that is there', () => {
  it('has not made it', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': found(oldFolder('a')) })
    expect(run.told).toEqual(['exists /a'])
    expect(run.settled[0]?.item?.id).toBe('id-a')
  })

  it('tells of a file in the same way', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': found(someFile('a')) })
    expect(run.told).toEqual(['failed /a: The name is taken: "/a" is a file.'])
  })
})

describe('a request that is left unanswered', () => {
  it('is looked for before it is asked for again', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': undefined })
    run.turn({ 'GET root:/a': notThere })
    run.turn({ 'POST root/children a': made('a') })
    expect(run.told).toEqual(['created /a'])
    expect(run.deliveries.requests).toBe(3)
  })

  it.each([
    ['made by it', newFolder, 'created /a'],
    ['there before', oldFolder, 'exists /a'],
  ])('is told by whether the folder was %s', (_, folder, told) => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': undefined })
    run.turn({ 'GET root:/a': found(folder('a')) })
    expect(run.told).toEqual([told])
  })

  it('is given up after some tries, and says so', () => {
    const run = aRun('/a')
    run.turn(nothing)
    for (let time = 1; time <= 4; time += 1) {
      run.turn({ 'POST root/children a': undefined })
      run.turn({ 'GET root:/a': notThere })
    }
    run.turn({ 'POST root/children a': undefined })
    expect(run.told).toEqual(['failed /a: Microsoft Graph left a request of a batch without an answer.'])
    expect(run.error).toMatchObject({ kind: 'service', hint: runAgain })
    expect(run.plan.wait).toBeUndefined()
  })

  it('and was a look is looked for again after a while, and given up in the end', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': nameTaken })
    until(run, 'GET root:/a', () => undefined)
    expect(run.told).toEqual(['failed /a: Microsoft Graph left a request of a batch without an answer.'])
  })

  it('and was for a folder below one that failed meanwhile is not looked for', () => {
    const run = aRun('/a/b')
    run.turn(nothing)
    run.turn({ 'POST root/children a': notAllowed, 'POST root:/a:/children b': undefined })
    expect(run.told).toHaveLength(2)
    expect(run.plan.wait).toBeUndefined()
  })

  it('leaves alone what was made below it', () => {
    const run = aRun('/a/b', '/a/c')
    run.turn(nothing)
    run.turn({
      'POST root/children a': undefined,
      'POST root:/a:/children b': made('b'),
      'POST root:/a:/children c': undefined,
    })
    run.turn({ 'GET root:/a': notAllowed, 'GET root:/a/c': notThere })
    const why = 'Making "/a" is not allowed: No.'
    expect(run.told).toEqual(['created /a/b', `failed /a: ${why}`, `skipped /a/c: ${why}`])
    expect(run.plan.wait).toBeUndefined()
  })

  it('does not have its children asked for that are known already', () => {
    const run = aRun('/a/b')
    run.turn(nothing)
    run.turn({ 'POST root/children a': undefined, 'POST root:/a:/children b': made('b') })
    run.turn({ 'GET root:/a': found(oldFolder('a')) })
    expect(run.told).toEqual(['created /a/b', 'exists /a'])
    expect(run.plan.wait).toBeUndefined()
  })

  it('and made nothing is asked for again with the children that still wait, and no others', () => {
    const run = aRun('/a/b', '/a/c', '/a/d')
    run.turn(nothing)
    run.turn({
      'POST root/children a': undefined,
      'POST root:/a:/children b': notAllowed,
      'POST root:/a:/children c': undefined,
      'POST root:/a:/children d': nameTaken,
    })
    expect(run.told).toEqual(['failed /a/b: Making "/a/b" is not allowed: No.'])
    // Of the children nothing can be said before the parent is there.
    run.turn({ 'GET root:/a': notThere, 'GET root:/a/c': notThere, 'GET root:/a/d': notThere })
    run.turn({
      'POST root/children a': made('a'),
      'POST root:/a:/children c': made('c'),
      'POST root:/a:/children d': made('d'),
    })
    expect(run.told.slice(1)).toEqual(['created /a', 'created /a/c', 'created /a/d'])
    expect(run.plan.wait).toBeUndefined()
  })
})

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

describe('an answer that cannot be read', () => {
  it('to a creation is a lost one', () => {
    const run = aRun('/a')
    run.turn(nothing)
    for (let time = 1; time <= 4; time += 1) {
      run.turn({ 'POST root/children a': { status: 201, json: { name: 'a' } } })
      run.turn({ 'GET root:/a': notThere })
    }
    run.turn({ 'POST root/children a': { status: 201 } })
    expect(run.told).toEqual([`failed /a: Making "/a" ${notReadable(201)}`])
    expect(run.error).toMatchObject({ kind: 'service', hint: runAgain })
  })

  it('to a look is asked for again', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': nameTaken })
    until(run, 'GET root:/a', () => found({ name: 'a', folder: {} }))
    expect(run.told).toEqual([`failed /a: Looking at "/a" ${notReadable(200)}`])
  })

  it.each([{}, { value: 'none' }, undefined])('to a list is asked for again: %j', (json) => {
    const run = aRun('/a/b/c')
    run.turn({ 'GET root/children': listed(oldFolder('a')) })
    until(run, 'GET items/id-a/children', () => ({ status: 200, ...(json ? { json } : {}) }))
    const why = `Listing "/a" ${notReadable(200)}`
    expect(run.told).toEqual(['exists /a', `failed /a/b: ${why}`, `skipped /a/b/c: ${why}`])
    expect(run.givenUp).toEqual([])
  })

  it('in a list is settled by what is answered first', () => {
    const run = aRun('/a', '/b')
    run.turn({ 'GET root/children': listed({ name: 'a', folder: {} }, { folder: {} }, { name: '..' }) }, 1)
    run.turn({ 'POST root/children a': made('a') }, 1)
    pass(500)
    // It is known by now, so it is not looked for.
    run.turn({ 'POST root/children b': made('b') })
    expect(run.told).toEqual(['created /a', 'created /b'])
  })

  it('in a list is not made and looked for at once', () => {
    const run = aRun('/a', '/b')
    run.turn({ 'GET root/children': listed({ name: 'b', folder: {} }) }, 1)
    run.turn({ 'POST root/children a': made('a') }, 1)
    pass(500)
    run.turn({ 'GET root:/b': found(oldFolder('b')) })
    expect(run.told).toEqual(['created /a', 'exists /b'])
  })
})

describe('trouble of one request', () => {
  it.each([408, 502, 504])('HTTP %i of a gateway: the folder is looked for first', (status) => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': inTrouble(status) })
    run.turn({ 'GET root:/a': notThere })
    run.turn({ 'POST root/children a': made('a') })
    expect(run.told).toEqual(['created /a'])
  })

  it.each([500, 503, 509])('HTTP %i of the server: the folder is asked for again after a while', (status) => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': inTrouble(status) })
    expect(run.wait()).toBe(500)
    run.turn({ 'POST root/children a': made('a') })
    expect(run.told).toEqual(['created /a'])
  })

  it.each([
    ['less than half a second', 0, 0.75],
    ['half a second', 0.5, 1],
    ['more than half a second', 1, 1.25],
  ])('is waited out for %s, twice as long each time, and given up after the fourth', (_, drawn, part) => {
    vi.spyOn(Math, 'random').mockReturnValue(drawn)
    const run = aRun('/a')
    run.turn(nothing)
    for (const ms of [500, 1_000, 2_000, 4_000]) {
      run.turn({ 'POST root/children a': inTrouble(503) })
      expect(run.plan.wait).toBe(ms * part)
      pass(ms * part - 1)
      expect(run.ask()).toEqual([])
      pass(1)
    }
    run.turn({ 'POST root/children a': inTrouble(503) })
    expect(run.told).toEqual(['failed /a: Microsoft Graph is in trouble (HTTP 503).'])
    expect(run.plan.wait).toBeUndefined()
  })

  it('is waited out for each folder by itself, the soonest first', () => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    run.turn({ 'POST root/children a': inTrouble(), 'POST root/children b': inTrouble() })
    run.wait()
    run.turn({ 'POST root/children a': inTrouble() }, 1)
    run.turn({ 'POST root/children b': inTrouble() })
    // One millisecond after the other, and each for a second.
    expect(run.wait()).toBe(999)
    run.turn({ 'POST root/children a': made('a') })
    expect(run.told).toEqual(['created /a'])
    expect(run.plan.wait).toBe(0)
    run.turn({ 'POST root/children b': made('b') })
  })

  it.each([
    ['made behind its back', newFolder, 'created /a'],
    ['there before', oldFolder, 'exists /a'],
  ])('and a name that is taken then: told by whether it was %s', (_, folder, told) => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': inTrouble(500) })
    run.wait()
    run.turn({ 'POST root/children a': nameTaken })
    run.turn({ 'GET root:/a': found(folder('a')) })
    expect(run.told).toEqual([told])
  })

  it('that was only looked at makes no folder', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': nameTaken })
    run.turn({ 'GET root:/a': inTrouble(500) })
    run.wait()
    // Somebody else was there a moment before.
    run.turn({ 'GET root:/a': found(newFolder('a')) })
    expect(run.told).toEqual(['exists /a'])
  })

  it('is told in its own words where it has some', () => {
    const run = aRun('/a')
    run.turn(nothing)
    until(run, 'POST root/children a', () => ({ ...noSpace, status: 503 }))
    expect(run.told).toEqual(['failed /a: Making "/a" failed: there is no space left in this OneDrive.'])
  })

  it('with a list fails what was to be found there, and leaves what is known', () => {
    const run = aRun('/a/b', '/a/c/d')
    run.turn(nothing)
    run.turn({
      'POST root/children a': undefined,
      'POST root:/a:/children b': made('b'),
      'POST root:/a:/children c': notBegun,
      'POST root:/a/c:/children d': notBegun,
    })
    run.turn({ 'GET root:/a': found(oldFolder('a')) })
    until(run, 'GET items/id-a/children', () => inTrouble(500))
    const why = 'Microsoft Graph is in trouble (HTTP 500).'
    expect(run.told).toEqual(['created /a/b', 'exists /a', `failed /a/c: ${why}`, `skipped /a/c/d: ${why}`])
  })

  it('is counted anew for each page of a list', () => {
    const run = aRun('/a', '/b')
    for (let time = 1; time <= 4; time += 1) {
      run.turn({ 'GET root/children': inTrouble() })
      run.wait()
    }
    run.turn({ 'GET root/children': listedWithMore('2', oldFolder('x')) })
    for (let time = 1; time <= 4; time += 1) {
      run.turn({ 'GET root/children?page=2': inTrouble() })
      run.wait()
    }
    run.turn({ 'GET root/children?page=2': listed(oldFolder('a'), oldFolder('b')) })
    expect(run.told).toEqual(['exists /a', 'exists /b'])
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

describe('a refusal', () => {
  const unexplained: Told = { status: 400, json: { error: { code: 'invalidRequest', message: 'Bad.' } } }

  it('without a reason is tried once more, a second later', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': unexplained })
    expect(run.wait()).toBe(1_000)
    run.turn({ 'POST root/children a': unexplained })
    expect(run.told).toEqual(['failed /a: OneDrive does not accept this name or path: Bad.'])
    expect(run.error?.kind).toBe('usage')
    expect(run.plan.wait).toBeUndefined()
  })

  it('with a reason is believed', () => {
    const run = aRun('/a')
    run.turn(nothing)
    const error = { code: 'invalidRequest', message: 'Bad.', innerError: { code: 'invalidPath' } }
    run.turn({ 'POST root/children a': { status: 400, json: { error } } })
    expect(run.told).toEqual(['failed /a: OneDrive does not accept this name or path: Bad.'])
    expect(run.error?.code).toBe('invalidPath')
  })

  it.each([
    ['HTTP 507', { status: 507 }],
    ['quotaLimitReached', { ...notAllowed, json: { error: { code: 'quotaLimitReached' } } }],
    ['insufficientStorage', { ...notAllowed, json: { error: { code: 'insufficientStorage' } } }],
  ])('for want of space, as %s, ends the run and says so', (_, full) => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    run.turn({ 'POST root/children a': full }, 1)
    const why = 'Making "/a" failed: there is no space left in this OneDrive.'
    expect(run.told).toEqual([`failed /a: ${why}`])
    expect(run.givenUp.map(({ kind, message }) => [kind, message])).toEqual([['not-allowed', why]])
    expect(run.givenUp[0]?.hint).toContain('Free some space')
  })

  it('for want of space in many requests is no trouble of the server', () => {
    const run = aRun('/a', '/b', '/c', '/d', '/e')
    run.turn(nothing)
    run.answer(() => noSpace)
    expect([run.limiter.troubles, run.limiter.pause, run.givenUp.length]).toEqual([0, 0, 5])
  })

  it.each([
    ['not there', notThere, 'This account has no OneDrive that can be reached.'],
    ['not to be seen', notAllowed, 'Listing "/" is not allowed: No.'],
  ])('of the drive itself, which is %s, ends the run', (_, answer, why) => {
    const run = aRun('/a')
    run.turn({ 'GET root/children': answer })
    expect(run.givenUp.map(({ kind, message }) => [kind, message])).toEqual([['not-allowed', why]])
    expect(run.told).toEqual([])
  })

  it('of a list for want of space ends the run', () => {
    const run = aRun('/a/b')
    run.turn({ 'GET root/children': listed(oldFolder('a')) })
    run.turn({ 'GET items/id-a/children': noSpace })
    expect(run.givenUp[0]?.message).toBe('Listing "/a" failed: there is no space left in this OneDrive.')
    expect(run.told).toEqual(['exists /a'])
  })
})

describe('a refusal of the token', () => {
  const claims = Buffer.from('{"access_token":{"nbf":1}}').toString('base64')
  const challenge = { 'www-authenticate': `Bearer claims="${claims}"` }

  it('in the middle of a batch is handed on, the first one, and what was asked is asked again at once', () => {
    const run = aRun('/a', '/b', '/c')
    expect(run.turn(nothing)).toBeUndefined()
    const refusal = run.turn({
      'POST root/children a': made('a'),
      'POST root/children b': { ...notAllowed, headers: challenge },
      'POST root/children c': tokenRefused,
    })
    expect(refusal?.status).toBe(403)
    expect(refusal && challengeOf(refusal)).toBe('{"access_token":{"nbf":1}}')
    expect(run.turn({ 'POST root/children b': made('b'), 'POST root/children c': made('c') })).toBeUndefined()
    expect(run.told).toEqual(['created /a', 'created /b', 'created /c'])
  })

  it('for one folder alone, again and again, is no matter of the token', () => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    run.turn({ 'POST root/children a': tokenRefused, 'POST root/children b': made('b') })
    for (let time = 2; time <= 4; time += 1) run.turn({ 'POST root/children a': tokenRefused })
    expect(run.told).toEqual(['created /b'])
    run.turn({ 'POST root/children a': tokenRefused })
    expect(run.told.slice(1)).toEqual(['failed /a: Making "/a" failed: No token.'])
    expect(run.plan.wait).toBeUndefined()
  })

  it('for one list alone, again and again, fails what is in it', () => {
    const run = aRun('/a/b')
    run.turn({ 'GET root/children': listed(oldFolder('a')) })
    until(run, 'GET items/id-a/children', () => tokenRefused)
    expect(run.told).toEqual(['exists /a', 'failed /a/b: Listing "/a" failed: No token.'])
  })

  it('of a batch as a whole is handed on, and all of it is asked again', () => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    const [asked, refusal] = run.refuse(tokenRefused)
    expect(refusal?.status).toBe(401)
    expect(run.ask()).toEqual(asked)
    expect([run.deliveries.refused, run.deliveries.requests, run.limiter.pause]).toEqual([0, 2, 0])
  })
})

describe('throttling', () => {
  it('of a part of a batch has that part asked again, after the wait that was asked for', () => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    run.turn({
      'POST root/children a': made('a'),
      'POST root/children b': { status: 429, headers: { 'retry-after': '7' } },
    })
    expect(run.limiter.pause).toBe(7_000)
    expect([run.deliveries.refused, run.deliveries.requests]).toEqual([1, 3])
    expect(run.deliveries.trouble).toMatchObject({
      kind: 'service',
      message: 'Microsoft throttles this app (HTTP 429).',
    })
    expect(run.limiter.batches).toBe(1)
    run.turn({ 'POST root/children b': made('b') })
    expect(run.told).toEqual(['created /a', 'created /b'])
  })

  it('of a batch as a whole has all of it asked again', () => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    const [asked, refusal] = run.refuse({ status: 429, headers: { 'retry-after': '3' } })
    expect(refusal).toBeUndefined()
    expect(asked).toEqual(['POST root/children a', 'POST root/children b'])
    expect([run.limiter.pause, run.limiter.troubles, run.deliveries.refused]).toEqual([3_000, 0, 1])
    expect(run.ask()).toEqual(asked)
  })
})

describe('a server in trouble', () => {
  const five = ['/a', '/b', '/c', '/d', '/e']

  it('that fails a whole batch of five gets a pause', () => {
    const run = aRun(...five)
    run.turn(nothing)
    const before = run.limiter.batches
    expect(run.answer(() => inTrouble(500))).toHaveLength(5)
    expect([run.limiter.troubles, run.limiter.pause]).toEqual([1, 500])
    expect(run.limiter.batches).toBeLessThan(before)
    expect(run.deliveries.trouble?.message).toBe('Microsoft Graph is in trouble (HTTP 500).')
    run.wait()
    run.answer(() => inTrouble(500))
    expect([run.limiter.troubles, run.limiter.pause]).toEqual([2, 1_000])
  })

  it.each([
    ['four are no whole batch', five.slice(1), 4],
    ['one of them was answered', [...five, '/f'], 5],
  ])('gets none when %s', (_, paths, failing) => {
    const run = aRun(...paths)
    run.turn(nothing)
    const batches = run.limiter.batches
    run.answer((at) => (at < failing ? inTrouble(503) : made('f')))
    expect([run.limiter.troubles, run.limiter.pause, run.deliveries.trouble]).toEqual([0, 0, undefined])
    // More batches are dared for what was answered, and for nothing else.
    expect(run.limiter.batches - batches).toBe(paths.length - failing)
  })

  it('that says how long it is busy is heard, and the longest wait counts', () => {
    const run = aRun('/a', '/b', '/c', '/d')
    run.turn(nothing)
    run.turn({
      'POST root/children a': inTrouble(503, '2'),
      'POST root/children b': inTrouble(503, '9'),
      'POST root/children c': inTrouble(503),
      'POST root/children d': made('d'),
    })
    expect(run.limiter.pause).toBe(9_000)
  })

  it.each([500, 502, 504, 408])(
    'HTTP %i for a batch as a whole: what was asked is looked for first',
    (status) => {
      const run = aRun('/a', '/b')
      run.turn(nothing)
      run.refuse(inTrouble(status, '4'))
      expect([run.limiter.troubles, run.limiter.pause]).toEqual([1, 4_000])
      expect(run.deliveries.trouble?.message).toBe(`Microsoft Graph is in trouble (HTTP ${status}).`)
      expect(run.ask()).toEqual(['GET root:/a', 'GET root:/b'])
    },
  )

  it('HTTP 503 for a batch as a whole: nothing was done, so it is asked for again', () => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    const [asked] = run.refuse(inTrouble(503))
    expect([run.limiter.troubles, run.limiter.pause]).toEqual([1, 500])
    expect(run.ask()).toEqual(asked)
  })

  it('for the fifth time in a row, without one good answer, is given up', () => {
    const run = aRun('/a')
    run.turn(nothing)
    for (let time = 1; time <= 4; time += 1) run.refuse(inTrouble(503))
    expect(() => run.refuse(inTrouble(503))).toThrow('Microsoft Graph is in trouble (HTTP 503).')
  })

  it('now and then is borne for ever', () => {
    const run = aRun(...five)
    run.turn(nothing)
    for (const path of five) {
      run.refuse(inTrouble(503))
      run.turn({ [`POST root/children ${path.slice(1)}`]: made(path.slice(1)) }, 1)
    }
    expect(run.told).toHaveLength(5)
  })
})

describe('a batch', () => {
  it('whose answer is lost is looked up before it is repeated', () => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    run.lose()
    expect([run.deliveries.trouble, run.limiter.troubles]).toEqual([brokenConnection, 1])
    run.turn({ 'GET root:/a': found(newFolder('a')), 'GET root:/b': notThere })
    run.turn({ 'POST root/children b': made('b') })
    expect(run.told).toEqual(['created /a', 'created /b'])
  })

  it('of a list is repeated after a while', () => {
    const run = aRun('/a')
    run.lose()
    expect(run.wait()).toBe(500)
    run.turn({ 'GET root/children': listed(oldFolder('a')) })
    expect(run.told).toEqual(['exists /a'])
  })

  it('that can never be sent ends the run', () => {
    const run = aRun('/a')
    expect(() => run.keepFromSending()).toThrow(noNetwork)
  })

  it('that cannot be sent for once is sent again, and nothing is looked for', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.keepFromSending()
    expect([run.deliveries.trouble, run.limiter.troubles]).toEqual([noNetwork, 1])
    run.turn({ 'POST root/children a': made('a') })
    expect(run.told).toEqual(['created /a'])
  })

  it('that cannot be sent for the fifth time ends the run', () => {
    const run = aRun('/a')
    run.turn(nothing)
    for (let time = 1; time <= 4; time += 1) run.keepFromSending()
    expect(() => run.keepFromSending()).toThrow(noNetwork)
  })

  it.each([400, 413])('that is refused with HTTP %i is asked one by one, parents first', (status) => {
    const run = aRun('/a/b', '/c')
    run.turn(nothing)
    expect(run.refuse({ status })[0]).toHaveLength(3)
    run.turn({ 'POST root/children a': made('a') })
    run.turn({ 'POST root/children c': made('c') })
    run.turn({ 'POST items/id-a/children b': made('b') })
    expect(run.told).toEqual(['created /a', 'created /c', 'created /a/b'])
  })

  it('of looks that is refused is asked one by one', () => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    run.lose()
    run.refuse({ status: 400 })
    run.turn({ 'GET root:/a': found(newFolder('a')) })
    run.turn({ 'GET root:/b': found(newFolder('b')) })
    expect(run.told).toEqual(['created /a', 'created /b'])
  })

  it('of one request that is refused tells of that one', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.refuse({ status: 413, json: { error: { code: 'x', message: 'Large.' } } })
    expect(run.told).toEqual(['failed /a: Making "/a" failed: Large.'])
  })

  it('that is refused for any other reason ends the run', () => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    expect(() => run.refuse(notAllowed)).toThrow('Making folders is not allowed: No.')
    expect(run.told).toEqual([])
  })

  it('has no more requests than it may have, whatever was begun', () => {
    const names = Array.from({ length: 25 }, (_, n) => `n${n}`)
    const run = aRun(...names.map((name) => `/${name}`))
    run.turn(nothing)
    run.lose()
    expect(run.ask(7)).toHaveLength(7)
    expect(run.ask(7)).toHaveLength(7)
    expect(run.ask(7)).toEqual([
      ...names.slice(14, 20).map((name) => `GET root:/${name}`),
      'POST root/children n20',
    ])
  })

  it('leaves out what failed with its parent meanwhile', () => {
    const run = aRun('/a/b', '/c')
    run.turn(nothing)
    run.turn({
      'POST root/children a': undefined,
      'POST root:/a:/children b': undefined,
      'POST root/children c': undefined,
    })
    run.turn({ 'GET root:/a': notAllowed }, 1)
    run.turn({ 'GET root:/c': found(newFolder('c')) })
    expect(run.told.at(-1)).toBe('created /c')
  })

  it('costs two units for what is made or listed, and one for a look', () => {
    const folder = {} as Folder
    const missing = new Map<string, Folder>()
    expect(unitsOf([])).toBe(0)
    expect(unitsOf([{ kind: 'look', folder }])).toBe(1)
    expect(
      unitsOf([
        { kind: 'make', folder },
        { kind: 'look', folder },
        { kind: 'list', folder, missing, pages: [] },
      ]),
    ).toBe(5)
  })

  it('tells of the folders that are named, found or made, as done', () => {
    const run = aRun('/a', '/b/c')
    run.turn({ 'GET root/children': listed(oldFolder('a')) })
    run.turn({ 'POST root/children b': made('b'), 'POST root:/b:/children c': made('c') })
    expect(run.ledger.done).toBe(2)
    expect(run.ledger.named).toEqual({ created: 1, exists: 1, failed: 0, skipped: 0 })
  })
})

describe('the answer to a batch', () => {
  const read = (count: number, responses: unknown, headers = {}) =>
    readAnswers(count, answerOf({ status: 200, json: { responses }, headers }))

  it('is read by the ids, whether they are numbers or texts', () => {
    const answers = read(3, [
      { id: 3, status: '404', body: { c: 1 } },
      { id: '1', status: 201, body: { a: 1 } },
      { id: '0', status: 200 },
      { id: '4', status: 200 },
    ])
    expect(answers).toStrictEqual([
      { status: 201, headers: {}, json: { a: 1 }, repeated: false },
      undefined,
      { status: 404, headers: {}, json: { c: 1 }, repeated: false },
    ])
  })

  it.each([
    [99, false],
    [100, true],
    [599, true],
    [600, false],
    [200.5, false],
    ['no number', false],
    [null, false],
  ])('with the status %s tells something: %s', (status, isSo) => {
    expect(read(1, [{ id: '1', status }])[0] !== undefined).toBe(isSo)
  })

  it('has headers in any case, and those that make sense', () => {
    const [answer] = read(1, [
      { id: '1', status: 429, headers: { 'Retry-After': 7, 'X-List': ['a'], 'x-Text': 'b' } },
    ])
    expect(answer?.headers).toEqual({ 'retry-after': '7', 'x-text': 'b' })
  })

  it('has the time of the whole, unless it tells its own', () => {
    const headers = { date: 'Wed, 01 Jan 2025 10:00:00 GMT', 'retry-after': '9' }
    const [one, other] = read(
      2,
      [
        { id: '1', status: 200, headers: ['odd'] },
        { id: '2', status: 200, headers: { Date: 'then' } },
      ],
      headers,
    )
    expect(one?.headers).toMatchObject({ date: 'Wed, 01 Jan 2025 10:00:00 GMT' })
    expect(one?.headers['retry-after']).toBeUndefined()
    expect(other?.headers).toEqual({ date: 'then' })
  })

  it('that is no batch has none', () => {
    expect(readAnswers(2, answerOf({ status: 200 }))).toEqual([undefined, undefined])
  })
})

it('a wait that is too long is told, with how to allow it', () => {
  expect(tooLong()).toMatchObject({
    kind: 'service',
    message: 'Microsoft let od-link wait longer than it may.',
    hint: expect.stringContaining('--max-wait 3600'),
  })
})
