import { describe, expect, it } from 'vitest'
import { OdLinkError } from '../../../src/errors.ts'
import { unitsOf } from '../../../src/graph/bulk/operations.ts'
import type { Folder } from '../../../src/graph/bulk/tree.ts'
import { challengeOf } from '../../../src/graph/send-once.ts'
import {
  aRun,
  brokenConnection,
  created,
  found,
  inTrouble,
  listed,
  newFolder,
  noNetwork,
  notAllowed,
  nothing,
  notThere,
  oldFolder,
  pass,
  tokenRefused,
  until,
  useFrozenClock,
} from '../../helpers/microsoft/bulk-run.ts'

useFrozenClock()

describe('a refusal of the token', () => {
  const claims = Buffer.from('{"access_token":{"nbf":1}}').toString('base64')
  const notAccepted = 'Microsoft Graph does not accept a token issued just now: No token.'
  const challenge = { 'www-authenticate': `Bearer claims="${claims}"` }

  it('in the middle of a batch is returned, the first one, and its requests are sent again at once', () => {
    const run = aRun('/a', '/b', '/c')
    expect(run.turn(nothing)).toBeUndefined()
    const refusal = run.turn({
      'POST root/children a': created('a'),
      'POST root/children b': { ...notAllowed, headers: challenge },
      'POST root/children c': tokenRefused,
    })
    expect(refusal?.status).toBe(403)
    expect(refusal && challengeOf(refusal)).toBe('{"access_token":{"nbf":1}}')
    expect(
      run.turn({ 'POST root/children b': created('b'), 'POST root/children c': created('c') }),
    ).toBeUndefined()
    expect(run.told).toEqual(['created /a', 'created /b', 'created /c'])
  })

  it('only for one folder, again and again, fails that folder: the token is not the cause', () => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    run.turn({ 'POST root/children a': tokenRefused, 'POST root/children b': created('b') })
    for (let time = 2; time <= 4; time += 1) run.turn({ 'POST root/children a': tokenRefused })
    expect(run.told).toEqual(['created /b'])
    run.turn({ 'POST root/children a': tokenRefused })
    expect(run.told.slice(1)).toEqual([`failed /a: ${notAccepted}`])
    expect(run.error).toMatchObject({ kind: 'service', reason: 'token-refused' })
    expect(run.plan.wait).toBeUndefined()
  })

  it('only for one list, again and again, fails the children', () => {
    const run = aRun('/a/b')
    run.turn({ 'GET root/children': listed(oldFolder('a')) })
    until(run, 'GET items/id-a/children', () => tokenRefused)
    expect(run.told).toEqual(['exists /a', `failed /a/b: ${notAccepted}`])
  })

  it('of a batch as a whole is returned, and all of it is sent again', () => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    const [asked, refusal] = run.refuse(tokenRefused)
    expect(refusal?.status).toBe(401)
    expect(run.ask()).toEqual(asked)
    expect([run.results.refused, run.results.requests, run.limiter.pause]).toEqual([0, 2, 0])
  })

  it('that was issued just now makes all wait, twice as long each time, and ends the run after the fourth', () => {
    const run = aRun('/a')
    run.turn(nothing)
    const error = new OdLinkError('service', 'Not accepted.')
    for (const pause of [500, 1_000, 2_000, 4_000]) {
      run.refuse(tokenRefused)
      run.results.tokenRefused(error, performance.now())
      expect([run.limiter.pause, run.results.trouble]).toEqual([pause, error])
      pass(pause)
    }
    expect(run.limiter.troubles).toBe(4)
    expect(() => run.results.tokenRefused(error, performance.now())).toThrow(error)
  })

  it('that passes leaves nothing behind', () => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    run.refuse(tokenRefused)
    run.results.tokenRefused(new OdLinkError('service', 'Not accepted.'), performance.now())
    pass(500)
    run.turn({ 'POST root/children a': created('a'), 'POST root/children b': created('b') })
    expect([run.limiter.troubles, run.told]).toEqual([0, ['created /a', 'created /b']])
  })
})

describe('throttling', () => {
  it('of a part of a batch has that part sent again, after the requested wait', () => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    run.turn({
      'POST root/children a': created('a'),
      'POST root/children b': { status: 429, headers: { 'retry-after': '7' } },
    })
    expect(run.limiter.pause).toBe(7_000)
    expect([run.results.refused, run.results.requests]).toEqual([1, 3])
    expect(run.results.trouble).toMatchObject({
      kind: 'service',
      message: 'Microsoft is throttling this app: too many requests in a short time (HTTP 429).',
    })
    expect(run.limiter.batches).toBe(1)
    run.turn({ 'POST root/children b': created('b') })
    expect(run.told).toEqual(['created /a', 'created /b'])
  })

  it('of a batch as a whole has all of it sent again', () => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    const [asked, refusal] = run.refuse({ status: 429, headers: { 'retry-after': '3' } })
    expect(refusal).toBeUndefined()
    expect(asked).toEqual(['POST root/children a', 'POST root/children b'])
    expect([run.limiter.pause, run.limiter.troubles, run.results.refused]).toEqual([3_000, 0, 1])
    expect(run.ask()).toEqual(asked)
  })
})

describe('a server that is unavailable', () => {
  const five = ['/a', '/b', '/c', '/d', '/e']

  it('that fails a whole batch of five gets a pause', () => {
    const run = aRun(...five)
    run.turn(nothing)
    const before = run.limiter.batches
    expect(run.answer(() => inTrouble(500))).toHaveLength(5)
    expect([run.limiter.troubles, run.limiter.pause]).toEqual([1, 500])
    expect(run.limiter.batches).toBeLessThan(before)
    expect(run.results.trouble?.message).toBe('Microsoft Graph is unavailable (HTTP 500).')
    run.wait()
    run.answer(() => inTrouble(500))
    expect([run.limiter.troubles, run.limiter.pause]).toEqual([2, 1_000])
  })

  it.each([
    ['only four requests fail', five.slice(1), 4],
    ['one of them is answered', [...five, '/f'], 5],
  ])('gets none when %s', (_, paths, failing) => {
    const run = aRun(...paths)
    run.turn(nothing)
    const batches = run.limiter.batches
    run.answer((at) => (at < failing ? inTrouble(503) : created('f')))
    expect([run.limiter.troubles, run.limiter.pause]).toEqual([0, 0])
    // If the time is up while they wait, this is why.
    expect(run.results.trouble?.message).toBe('Microsoft Graph is unavailable (HTTP 503).')
    // More batches are allowed for what was answered, and for nothing else.
    expect(run.limiter.batches - batches).toBe(paths.length - failing)
  })

  it('that says for how long gets the longest of these pauses', () => {
    const run = aRun('/a', '/b', '/c', '/d')
    run.turn(nothing)
    run.turn({
      'POST root/children a': inTrouble(503, '2'),
      'POST root/children b': inTrouble(503, '9'),
      'POST root/children c': inTrouble(503),
      'POST root/children d': created('d'),
    })
    expect(run.limiter.pause).toBe(9_000)
  })

  it.each([500, 502, 504, 408])('HTTP %i for a batch as a whole: the folders are read first', (status) => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    run.refuse(inTrouble(status, '4'))
    expect([run.limiter.troubles, run.limiter.pause]).toEqual([1, 4_000])
    expect(run.results.trouble?.message).toBe(`Microsoft Graph is unavailable (HTTP ${status}).`)
    expect(run.ask()).toEqual(['GET root:/a:', 'GET root:/b:'])
  })

  it('HTTP 503 for a batch as a whole: nothing was done, so it is sent again', () => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    const [asked] = run.refuse(inTrouble(503))
    expect([run.limiter.troubles, run.limiter.pause]).toEqual([1, 500])
    expect(run.ask()).toEqual(asked)
  })

  it('for the fifth time in a row, without one good answer, ends the run', () => {
    const run = aRun('/a')
    run.turn(nothing)
    for (let time = 1; time <= 4; time += 1) run.refuse(inTrouble(503))
    expect(() => run.refuse(inTrouble(503))).toThrow('Microsoft Graph is unavailable (HTTP 503).')
  })

  it('now and then is tolerated for any length of time', () => {
    const run = aRun(...five)
    run.turn(nothing)
    for (const path of five) {
      run.refuse(inTrouble(503))
      run.turn({ [`POST root/children ${path.slice(1)}`]: created(path.slice(1)) }, 1)
    }
    expect(run.told).toHaveLength(5)
  })
})

describe('a batch', () => {
  it('whose answer is lost has its folders read before they are created again', () => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    run.lose()
    expect([run.results.trouble, run.limiter.troubles]).toEqual([brokenConnection, 1])
    run.turn({ 'GET root:/a:': found(newFolder('a')), 'GET root:/b:': notThere })
    run.turn({ 'POST root/children b': created('b') })
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

  it('that cannot be sent once is sent again, and nothing is read', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.keepFromSending()
    expect([run.results.trouble, run.limiter.troubles]).toEqual([noNetwork, 1])
    run.turn({ 'POST root/children a': created('a') })
    expect(run.told).toEqual(['created /a'])
  })

  it('that cannot be sent for the fifth time ends the run', () => {
    const run = aRun('/a')
    run.turn(nothing)
    for (let time = 1; time <= 4; time += 1) run.keepFromSending()
    expect(() => run.keepFromSending()).toThrow(noNetwork)
  })

  it.each([400, 413])('that is refused with HTTP %i is sent one by one', (status) => {
    const run = aRun('/a/b', '/c')
    run.turn(nothing)
    expect(run.refuse({ status })[0]).toHaveLength(2)
    run.turn({ 'POST root/children a': created('a') })
    run.turn({ 'POST root/children c': created('c') })
    run.turn({ 'POST items/id-a/children b': created('b') })
    expect(run.told).toEqual(['created /a', 'created /c', 'created /a/b'])
  })

  it('of reads that is refused is sent one by one', () => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    run.lose()
    run.refuse({ status: 400 })
    run.turn({ 'GET root:/a:': found(newFolder('a')) })
    run.turn({ 'GET root:/b:': found(newFolder('b')) })
    expect(run.told).toEqual(['created /a', 'created /b'])
  })

  it('of one request that is refused fails that one', () => {
    const run = aRun('/a')
    run.turn(nothing)
    run.refuse({ status: 413, json: { error: { code: 'x', message: 'Large.' } } })
    expect(run.told).toEqual(['failed /a: Creating the folder failed: Large.'])
  })

  it('that is refused for any other reason ends the run', () => {
    const run = aRun('/a', '/b')
    run.turn(nothing)
    expect(() => run.refuse(notAllowed)).toThrow('Creating folders is not allowed: No.')
    expect(run.told).toEqual([])
  })

  it('has no more requests than it may have, reads included', () => {
    const names = Array.from({ length: 25 }, (_, n) => `n${n}`)
    const run = aRun(...names.map((name) => `/${name}`))
    run.turn(nothing)
    run.lose()
    expect(run.ask(7)).toHaveLength(7)
    expect(run.ask(7)).toHaveLength(7)
    expect(run.ask(7)).toEqual([
      ...names.slice(14, 20).map((name) => `GET root:/${name}:`),
      'POST root/children n20',
    ])
  })

  it('costs two units for a creation or a list, and one for a read', () => {
    const folder = {} as Folder
    const missing = new Map<string, Folder>()
    expect(unitsOf([])).toBe(0)
    expect(unitsOf([{ kind: 'get', folder }])).toBe(1)
    expect(
      unitsOf([
        { kind: 'create', folder },
        { kind: 'get', folder },
        { kind: 'list', folder, missing, pages: [] },
      ]),
    ).toBe(5)
  })

  it('counts the folders that a line names, found or created, as done', () => {
    const run = aRun('/a', '/b/c')
    run.turn({ 'GET root/children': listed(oldFolder('a')) })
    run.turn({ 'POST root/children b': created('b') })
    expect(run.states.done).toBe(1)
    run.turn({ 'POST items/id-b/children c': created('c') })
    expect(run.states.done).toBe(2)
    expect(run.states.named).toEqual({ created: 1, exists: 1, failed: 0, skipped: 0 })
  })
})
