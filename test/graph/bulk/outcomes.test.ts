import { describe, expect, it } from 'vitest'
import {
  aRun,
  found,
  listed,
  made,
  nameTaken,
  noSpace,
  notAllowed,
  notBegun,
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
