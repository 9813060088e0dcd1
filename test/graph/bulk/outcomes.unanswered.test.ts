import { describe, expect, it, vi } from 'vitest'
import {
  aRun,
  found,
  inTrouble,
  listed,
  listedWithMore,
  made,
  nameTaken,
  newFolder,
  noSpace,
  notAllowed,
  notBegun,
  nothing,
  notThere,
  oldFolder,
  pass,
  until,
  useFrozenClock,
} from '../../helpers/microsoft/bulk-run.ts'

useFrozenClock()
const runAgain = 'Run the same again: what is missing is made.'
const notReadable = (status: number) =>
  `failed: Microsoft Graph sent an answer that cannot be read (HTTP ${status}).`
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
