import { describe, expect, it, vi } from 'vitest'
import {
  aRun,
  created,
  found,
  inTrouble,
  listed,
  listedWithMore,
  nameTaken,
  newFolder,
  noSpace,
  nothing,
  notThere,
  oldFolder,
  pass,
  until,
  useFrozenClock,
} from '../../helpers/microsoft/bulk-run.ts'

useFrozenClock()
const runAgain = "Run it again to create what's missing."
const invalid = (status: number) => `failed (HTTP ${status}). Microsoft Graph sent an invalid response.`

describe('a request without an answer', () => {
  it('has its folder read before it is sent again', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': undefined })
    run.turn({ 'GET root:/a:': notThere })
    run.turn({ 'POST root/children a': created('a') })
    expect(run.told).toEqual(['created /a'])
    expect(run.results.requests).toBe(3)
  })

  it.each([
    ['created by it', newFolder, 'created /a'],
    ['created before', oldFolder, 'exists /a'],
  ])('has the result that the folder was %s', (_, folder, told) => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': undefined })
    run.turn({ 'GET root:/a:': found(folder('a')) })
    expect(run.told).toEqual([told])
  })

  it('fails after some tries, and says so', () => {
    const run = aRun('/a')
    run.turn(nothing)
    for (let time = 1; time <= 4; time += 1) {
      run.turn({ 'POST root/children a': undefined })
      run.turn({ 'GET root:/a:': notThere })
    }
    run.turn({ 'POST root/children a': undefined })
    expect(run.told).toEqual(['failed /a: Microsoft Graph did not answer a request of a batch.'])
    expect(run.error).toMatchObject({ kind: 'service', next: [runAgain] })
    expect(run.plan.wait).toBeUndefined()
  })

  it('and was a read is sent again after a while, and fails in the end', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': nameTaken })
    until(run, 'GET root:/a:', () => undefined)
    expect(run.told).toEqual(['failed /a: Microsoft Graph did not answer a request of a batch.'])
  })

  it('has the children of its folder created when that is found, but not those that it already has', () => {
    const run = aRun('/a/b', '/a/c')
    run.turn(nothing)
    run.turn({ 'POST root/children a': undefined })
    run.turn({ 'GET root:/a:': found(oldFolder('a')) })
    run.turn({ 'GET items/id-a/children': listed(oldFolder('b')) })
    run.turn({ 'POST items/id-a/children c': created('c') })
    expect(run.told).toEqual(['exists /a', 'exists /a/b', 'created /a/c'])
    expect(run.plan.wait).toBeUndefined()
  })

  it('has nothing to find in its folder if it created that', () => {
    const run = aRun('/a/b')
    run.turn(nothing)
    run.turn({ 'POST root/children a': undefined })
    run.turn({ 'GET root:/a:': found(newFolder('a')) })
    run.turn({ 'POST items/id-a/children b': created('b') })
    expect(run.told).toEqual(['created /a', 'created /a/b'])
  })
})

describe('an answer that cannot be read', () => {
  it('to a creation is a lost answer', () => {
    const run = aRun('/a')
    run.turn(nothing)
    for (let time = 1; time <= 4; time += 1) {
      run.turn({ 'POST root/children a': { status: 201, json: { name: 'a' } } })
      run.turn({ 'GET root:/a:': notThere })
    }
    run.turn({ 'POST root/children a': { status: 201 } })
    expect(run.told).toEqual([`failed /a: Creating the folder ${invalid(201)}`])
    expect(run.error).toMatchObject({
      kind: 'service',
      reason: 'unreadable-answer',
      next: ["Run it again. It creates only what's missing."],
    })
  })

  it('to a read means that it is sent again', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': nameTaken })
    until(run, 'GET root:/a:', () => found({ name: 'a', folder: {} }))
    expect(run.told).toEqual([`failed /a: Reading the folder ${invalid(200)}`])
  })

  it.each([{}, { value: 'none' }, undefined])('to a list means that it is sent again: %j', (json) => {
    const run = aRun('/a/b/c')
    run.turn({ 'GET root/children': listed(oldFolder('a')) })
    until(run, 'GET items/id-a/children', () => ({ status: 200, ...(json ? { json } : {}) }))
    const why = `Listing "/a" ${invalid(200)}`
    expect(run.told).toEqual(['exists /a', `failed /a/b: ${why}`, `skipped /a/b/c: ${why}`])
    expect(run.givenUp).toEqual([])
  })

  it('about an item of a list: its folder is read after a while, and not created with the others', () => {
    const run = aRun('/a', '/b')
    run.turn({ 'GET root/children': listed({ name: 'b', folder: {} }, { folder: {} }, { name: '..' }) })
    run.turn({ 'POST root/children a': created('a') })
    expect(run.wait()).toBe(499)
    run.turn({ 'GET root:/b:': found(oldFolder('b')) })
    expect(run.told).toEqual(['created /a', 'exists /b'])
    expect(run.plan.wait).toBeUndefined()
  })
})

describe('a failure of one request that may pass', () => {
  it.each([408, 502, 504])('HTTP %i of a gateway: the folder is read first', (status) => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': inTrouble(status) })
    run.turn({ 'GET root:/a:': notThere })
    run.turn({ 'POST root/children a': created('a') })
    expect(run.told).toEqual(['created /a'])
  })

  it.each([500, 503, 509])('HTTP %i of the server: the request is sent again after a while', (status) => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': inTrouble(status) })
    expect(run.wait()).toBe(500)
    run.turn({ 'POST root/children a': created('a') })
    expect(run.told).toEqual(['created /a'])
  })

  it.each([
    ['less than half a second', 0, 0.75],
    ['half a second', 0.5, 1],
    ['more than half a second', 1, 1.25],
  ])(
    'is followed by a wait of %s, twice as long each time, and is final after the fourth',
    (_, drawn, part) => {
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
      expect(run.told).toEqual(['failed /a: Microsoft Graph is unavailable (HTTP 503).'])
      expect(run.plan.wait).toBeUndefined()
    },
  )

  it('is followed by a wait for each folder by itself, and the shortest ends first', () => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    run.turn({ 'POST root/children a': inTrouble(), 'POST root/children b': inTrouble() })
    run.wait()
    run.turn({ 'POST root/children a': inTrouble() }, 1)
    run.turn({ 'POST root/children b': inTrouble() })
    // One millisecond after the other, and each for a second.
    expect(run.wait()).toBe(999)
    run.turn({ 'POST root/children a': created('a') })
    expect(run.told).toEqual(['created /a'])
    expect(run.plan.wait).toBe(0)
    run.turn({ 'POST root/children b': created('b') })
  })

  it.each([
    ['created all the same', newFolder, 'created /a'],
    ['created before', oldFolder, 'exists /a'],
  ])('and a conflict after that: the result is that the folder was %s', (_, folder, told) => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': inTrouble(500) })
    run.wait()
    run.turn({ 'POST root/children a': nameTaken })
    run.turn({ 'GET root:/a:': found(folder('a')) })
    expect(run.told).toEqual([told])
  })

  it('of a read creates no folder', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': nameTaken })
    run.turn({ 'GET root:/a:': inTrouble(500) })
    run.wait()
    // Another program created it a moment before.
    run.turn({ 'GET root:/a:': found(newFolder('a')) })
    expect(run.told).toEqual(['exists /a'])
  })

  it('is final at once where its code says so, whatever its status', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': { ...noSpace, status: 503 } })
    const why = 'There is no space left in this OneDrive (HTTP 503).'
    expect(run.told).toEqual([`failed /a: ${why}`])
    expect(run.givenUp.map(({ message }) => message)).toEqual([why])
  })

  it('fails the children that a list was to find, and names the list where the path does not stand beside it', () => {
    const run = aRun('/a/b', '/a/c/d')
    run.turn({ 'GET root/children': listed(oldFolder('a')) })
    until(run, 'GET items/id-a/children', () => ({
      status: 500,
      json: { error: { code: 'fragmentOverlap', message: 'Odd.' } },
    }))
    const why = 'Listing "/a" failed: Odd.'
    expect(run.told).toEqual([
      'exists /a',
      `failed /a/b: ${why}`,
      `failed /a/c: ${why}`,
      `skipped /a/c/d: ${why}`,
    ])
  })

  it('is counted from zero for each page of a list', () => {
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
