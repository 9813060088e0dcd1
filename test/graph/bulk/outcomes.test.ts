import { describe, expect, it } from 'vitest'
import {
  aRun,
  created,
  found,
  listed,
  nameTaken,
  noSpace,
  notAllowed,
  nothing,
  notThere,
  oldFolder,
  similarName,
  someFile,
  useFrozenClock,
} from '../../helpers/microsoft/bulk-run.ts'
import type { Told } from '../../helpers/microsoft/fake-graph.ts'

useFrozenClock()

describe('a name that is taken', () => {
  it.each([
    ['the name', nameTaken],
    ['a similar name', similarName],
  ])('by a folder with %s is read once, and the folder exists', (_, answer) => {
    const run = aRun('/a/b')
    run.turn(nothing)
    run.turn({ 'POST root/children a': answer })
    run.turn({ 'GET root:/a:': found(oldFolder('A', { folder: { childCount: 0 } })) })
    run.turn({ 'POST items/id-A/children b': created('b') })
    expect(run.told).toEqual(['exists /a', 'created /a/b'])
    expect(run.plan.wait).toBeUndefined()
    expect(run.results.requests).toBe(4)
  })

  it.each([
    ['a file', someFile('a')],
    ['a notebook', oldFolder('a', { package: { type: 'oneNote' } })],
  ])('by %s fails only that folder and those below it, with what the server says', (what, item) => {
    const run = aRun('/a/b', '/c')
    run.turn(nothing)
    run.turn({ 'POST root/children a': nameTaken, 'POST root/children c': created('c') })
    run.turn({ 'GET root:/a:': found(item) })
    const why = `The name is taken by ${what}.`
    expect(run.told).toEqual(['created /c', `failed /a: ${why}`, `skipped /a/b: ${why}`])
    expect(run.error).toMatchObject({
      kind: 'taken',
      code: 'nameAlreadyExists',
      next: ['Choose another name.'],
      requestId: '11111111-2222-3333-4444-555555555555',
      timestamp: 'Wed, 01 Jan 2025 10:00:00 GMT',
    })
    expect(run.givenUp).toEqual([])
  })

  it.each([
    ['the read', nameTaken, similarName],
    ['the creation', similarName, notThere],
  ])('by a similar name, as the answer to %s says, is reported at once', (_, toCreation, toRead) => {
    const run = aRun('/a/b')
    run.turn(nothing)
    run.turn({ 'POST root/children a': toCreation })
    run.turn({ 'GET root:/a:': toRead })
    const why =
      'The name is taken: OneDrive does not distinguish it from an existing item with a similar name.'
    expect(run.told).toEqual([`failed /a: ${why}`, `skipped /a/b: ${why}`])
    expect(run.error).toMatchObject({
      kind: 'taken',
      reason: 'similar-name',
      next: ['Choose another name.'],
      requestId: '11111111-2222-3333-4444-555555555555',
    })
    expect(run.plan.wait).toBeUndefined()
  })

  it('by a file that a list shows has no trace of an answer', () => {
    const run = aRun('/a')
    run.turn({ 'GET root/children': listed(someFile('a')) })
    expect(run.told).toEqual(['failed /a: The name is taken by a file.'])
    expect(run.error).toMatchObject({ kind: 'taken', code: 'nameAlreadyExists', requestId: undefined })
  })

  it('is reported with the code of the answer to the creation', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': similarName })
    run.turn({ 'GET root:/a:': found(someFile('a')) })
    expect(run.error).toMatchObject({ kind: 'taken', code: 'itemNotFound' })
  })

  it('by an item that is not found by its name is searched for in the list of its parent', () => {
    const run = aRun('/a/b', '/c')
    run.turn(nothing)
    run.turn({
      'POST root/children a': nameTaken,
      'POST root/children c': created('c'),
    })
    run.turn({ 'GET root:/a:': notThere })
    run.turn({ 'GET root/children': listed(oldFolder('x'), oldFolder('A'), oldFolder('c')) })
    expect(run.told).toEqual(['created /c', 'exists /a'])
    run.turn({ 'GET items/id-A/children': listed(oldFolder('b')) })
    expect(run.told.at(-1)).toBe('exists /a/b')
  })

  const conflict: Told = {
    ...nameTaken,
    json: { error: { code: 'editConflict', message: 'Somebody else changed it.' } },
  }
  it.each([
    ['an item', nameTaken, 'The name is taken by an item that od-link cannot read.'],
    ['a conflict', conflict, 'Creating the folder failed: Somebody else changed it.'],
  ])('by %s that is never found fails after some tries', (_, answer, why) => {
    const run = aRun('/a')
    run.turn(nothing)
    for (const wait of [500, 1_000, 2_000, 4_000, undefined]) {
      run.turn({ 'POST root/children a': answer })
      run.turn({ 'GET root:/a:': notThere })
      run.turn({ 'GET root/children': listed(oldFolder('x')) })
      expect(run.wait()).toBe(wait)
    }
    expect(run.told).toEqual([`failed /a: ${why}`])
    expect(run.error).toMatchObject({ kind: 'taken', requestId: '11111111-2222-3333-4444-555555555555' })
  })

  it('and is free by the time of the next try is created', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': nameTaken })
    run.turn({ 'GET root:/a:': notThere })
    run.turn(nothing)
    run.wait()
    run.turn({ 'POST root/children a': created('a') })
    expect(run.told).toEqual(['created /a'])
  })

  it('by an item that may not be read fails for that reason', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': nameTaken })
    run.turn({ 'GET root:/a:': notAllowed })
    expect(run.told).toEqual(['failed /a: Creating the folder is not allowed: No.'])
    expect(run.givenUp).toEqual([])
  })
})

describe('a drive that answers a creation with the existing folder', () => {
  it('has not created it', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': found(oldFolder('a')) })
    expect(run.told).toEqual(['exists /a'])
    expect(run.settled[0]?.item?.id).toBe('id-a')
  })

  it('answers with a file in the same way', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': found(someFile('a')) })
    expect(run.told).toEqual(['failed /a: The name is taken by a file.'])
  })
})

describe('a refusal', () => {
  const unexplained: Told = { status: 400, json: { error: { code: 'invalidRequest', message: 'Bad.' } } }

  it('without a reason is sent once more, a second later', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.turn({ 'POST root/children a': unexplained })
    expect(run.wait()).toBe(1_000)
    run.turn({ 'POST root/children a': unexplained })
    expect(run.told).toEqual(['failed /a: Creating the folder failed: Bad.'])
    expect(run.error).toMatchObject({ kind: 'usage', reason: 'refused-request' })
    expect(run.plan.wait).toBeUndefined()
  })

  it('with a reason is final', () => {
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
  ])('for lack of space, as %s, ends the run and says so', (_, full) => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    run.turn({ 'POST root/children a': full }, 1)
    const why = `There is no space left in this OneDrive (HTTP ${full.status}).`
    expect(run.told).toEqual([`failed /a: ${why}`])
    expect(run.givenUp.map(({ kind, message }) => [kind, message])).toEqual([['not-allowed', why]])
    expect(run.givenUp[0]?.next).toEqual([expect.stringContaining('Free some space')])
  })

  it('for lack of space in many requests does not mean that the server is unavailable', () => {
    const run = aRun('/a', '/b', '/c', '/d', '/e')
    run.turn(nothing)
    run.answer(() => noSpace)
    expect([run.limiter.troubles, run.limiter.pause, run.givenUp.length]).toEqual([0, 0, 5])
  })

  it.each([
    ['not found', notThere, 'This account has no OneDrive that can be reached.'],
    ['not allowed', notAllowed, 'Listing "/" is not allowed: No.'],
  ])('of the list of the root, %s, ends the run', (_, answer, why) => {
    const run = aRun('/a')
    run.turn({ 'GET root/children': answer })
    expect(run.givenUp.map(({ kind, message }) => [kind, message])).toEqual([['not-allowed', why]])
    expect(run.told).toEqual([])
  })

  it('of a list for lack of space ends the run', () => {
    const run = aRun('/a/b')
    run.turn({ 'GET root/children': listed(oldFolder('a')) })
    run.turn({ 'GET items/id-a/children': noSpace })
    expect(run.givenUp[0]?.message).toBe('There is no space left in this OneDrive (HTTP 507).')
    expect(run.told).toEqual(['exists /a'])
  })
})
