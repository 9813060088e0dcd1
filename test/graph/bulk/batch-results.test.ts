import { describe, expect, it } from 'vitest'
import { unitsOf } from '../../../src/graph/bulk/operations.ts'
import type { Folder } from '../../../src/graph/bulk/tree.ts'
import { challengeOf } from '../../../src/graph/send-once.ts'
import {
  aRun,
  brokenConnection,
  found,
  inTrouble,
  listed,
  made,
  newFolder,
  noNetwork,
  notAllowed,
  nothing,
  notThere,
  oldFolder,
  tokenRefused,
  until,
  useFrozenClock,
} from '../../helpers/microsoft/bulk-run.ts'

useFrozenClock()

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
