import { type Server, STATUS_CODES } from 'node:http'
import { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { answer, type GuardedServers, guardServers } from '../../src/signin/guarded-server.ts'
import { securityHeaders } from '../../src/signin/result-page.ts'

/** The other end of a connection: what it is told, and whether it is still there. */
class Caller extends Duplex {
  told = ''
  override _read() {}
  override _write(chunk: Buffer, _: string, done: () => void) {
    this.told += chunk.toString('latin1')
    done()
  }
  say(text: string) {
    this.push(text)
  }
}

let guard: GuardedServers
let server: Server
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  guard = guardServers((request, response) => {
    if (request.url === '/held') guard.hold(request)
    else answer(response, 404)
  })
  server = guard.newServer()
})
afterEach(() => {
  guard.cutOff()
  vi.useRealTimers()
})

const call = () => {
  const caller = new Caller()
  server.emit('connection', caller)
  return caller
}
const calls = (count: number) => Array.from({ length: count }, call)
const there = (callers: Caller[]) => callers.filter(({ destroyed }) => !destroyed).length
/** Lets what the streams have to say be heard: none of it takes time. */
const heard = async () => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

describe('of those who connect', () => {
  it('three dozen less four may stay for as long as they like', async () => {
    const callers = calls(32)
    // Nothing is even planned.
    expect(vi.getTimerCount()).toBe(0)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(there(callers)).toBe(32)
  })

  it('the oldest make room for more, once they had their moment', async () => {
    const callers = calls(40)
    await vi.advanceTimersByTimeAsync(99)
    expect(there(callers)).toBe(40)
    await vi.advanceTimersByTimeAsync(1)
    expect(callers.map(({ destroyed }) => destroyed)).toEqual(callers.map((_, index) => index < 8))
    await heard()
    await vi.advanceTimersByTimeAsync(1_000)
    expect([there(callers), vi.getTimerCount()]).toEqual([32, 0])
  })

  it('those who came later have a moment, too, and then go as well', async () => {
    const early = calls(40)
    await vi.advanceTimersByTimeAsync(60)
    const late = calls(40)
    await vi.advanceTimersByTimeAsync(40)
    expect([there(early), there(late)]).toEqual([0, 40])
    await heard()
    await vi.advanceTimersByTimeAsync(60)
    expect(there(late)).toBe(40)
    await vi.advanceTimersByTimeAsync(40)
    expect(there(late)).toBe(32)
    await heard()
    const later = calls(8)
    await vi.advanceTimersByTimeAsync(100)
    expect([there(late), there(later)]).toEqual([24, 8])
  })

  it('those who have gone do not count', async () => {
    const callers = calls(30)
    for (const gone of calls(40)) gone.destroy()
    await heard()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(there(callers)).toBe(30)
  })

  it('the one whose request is held stays, however old', async () => {
    const held = call()
    held.say('GET /held HTTP/1.1\r\nHost: x\r\n\r\n')
    await heard()
    const others = calls(40)
    await vi.advanceTimersByTimeAsync(100)
    expect([held.destroyed, there(others)]).toEqual([false, 31])
  })

  it('nobody of a thousand is turned away before a moment has passed; of more, the oldest are', () => {
    const callers = calls(1_000)
    expect(there(callers)).toBe(1_000)
    const more = calls(3)
    expect([there(callers), there(more)]).toEqual([997, 3])
    expect(callers.slice(0, 4).map(({ destroyed }) => destroyed)).toEqual([true, true, true, false])
  })

  it('nobody is left at the end', () => {
    const callers = calls(20)
    guard.cutOff()
    expect(there(callers)).toBe(0)
  })
})

describe('whoever sends no request', () => {
  const privately = `The browser sent more than 256 KB of cookies for localhost.
Open the sign-in URL in a private window, or delete the cookies of localhost.
`
  const refusal = (status: number) => {
    const body = status === 431 ? privately : `${STATUS_CODES[status]}\n`
    const headers = {
      ...securityHeaders,
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(body.length),
      connection: 'close',
    }
    return [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      '',
      body,
    ].join('\r\n')
  }

  it.each([
    ['something else', 'hello\r\n\r\n', 400],
    ['too much', `GET / HTTP/1.1\r\nX: ${'y'.repeat(270_000)}\r\n\r\n`, 431],
    ['for a tunnel', 'CONNECT localhost:1 HTTP/1.1\r\nHost: localhost:1\r\n\r\n', 405],
  ])('but %s is refused like the others, and does not stay', async (_, text, status) => {
    const caller = call()
    caller.say(text)
    await heard()
    expect(caller.told).toBe(refusal(status))
    expect(caller.destroyed).toBe(true)
  })

  it.each([
    ['ERR_HTTP_REQUEST_TIMEOUT', 408],
    ['HPE_HEADER_OVERFLOW', 431],
    ['HPE_INVALID_METHOD', 400],
  ])('in time or at all is told so: %s is %i', async (code, status) => {
    const caller = new Caller()
    server.emit('clientError', Object.assign(new Error('no'), { code }), caller)
    await heard()
    expect(caller.told).toBe(refusal(status))
  })

  it('and hears no more is told nothing', async () => {
    const caller = new Caller()
    const errors: Error[] = []
    caller.on('error', (error) => errors.push(error)).end()
    server.emit('clientError', new Error('no'), caller)
    await heard()
    expect([caller.destroyed, caller.told, errors]).toEqual([true, '', []])
  })

  it('whose tunnel breaks ends nothing but itself', async () => {
    const caller = call()
    // It takes nothing of what it is told, so it is still there.
    caller._write = () => {}
    caller.say('CONNECT localhost:1 HTTP/1.1\r\nHost: localhost:1\r\n\r\n')
    await heard()
    expect(caller.destroyed).toBe(false)
    caller.emit('error', new Error('ECONNRESET'))
    expect(caller.destroyed).toBe(true)
  })
})
