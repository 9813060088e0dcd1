import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { environmentWithout, killOnExit, killWithChildren, runChild } from '../../src/system/child-process.ts'
import { useOwnSettings } from '../helpers/program/own-settings.ts'
import { expectNothingToEnd, isAlive } from '../helpers/system/processes.ts'

const own = useOwnSettings()
const sh = (script: string, options: { input?: string; limitMs?: number } = {}) =>
  runChild('sh', ['-c', script], { limitMs: 5_000, waiting: 'Waiting …', ...options })

describe('a program that is run', () => {
  describe('in a shell', () => {
    it.each([
      [
        'both outputs and its code',
        'printf out; printf err >&2; exit 3',
        { code: 3, stdout: 'out', stderr: 'err' },
      ],
      ['what it was given', 'cat', { code: 0, stdout: 'é input', stderr: '' }],
      ['an end although it did not read', 'exec 0<&-; exit 0', { code: 0, stdout: '', stderr: '' }],
    ])('brings %s', async (_, script, ended) => {
      expect(await sh(script, { input: 'é input' })).toEqual({ how: 'exited', ...ended })
    })

    it('may be ended by a signal', async () => {
      expect(await sh('kill -TERM $$; sleep 5')).toEqual({ how: 'killed', signal: 'SIGTERM' })
    })

    it('is ended when it says more than a megabyte', async () => {
      expect(await sh('yes')).toEqual({ how: 'too much output' })
      expect(await sh('yes >&2')).toEqual({ how: 'too much output' })
      expect(await sh('head -c 1048576 /dev/zero')).toMatchObject({ how: 'exited' })
    })

    it('is not waited for because of what it left running', async () => {
      const started = Date.now()
      expect(await sh('sleep 4 & printf done')).toMatchObject({ how: 'exited', stdout: 'done' })
      expect(Date.now() - started).toBeLessThan(3_000)
    })

    it('may leave an agent running, which is not ended', async () => {
      const { stdout } = Object.assign({ stdout: '' }, await sh('sleep 20 >/dev/null 2>&1 & printf $!'))
      await sleep(50)
      expect(isAlive(Number(stdout))).toBe(true)
      process.kill(Number(stdout), 'SIGKILL')
    })

    it('is waited for no longer than it takes', async () => {
      const took: number[] = []
      for (let run = 0; run < 5; run += 1) {
        const started = performance.now()
        await sh('true')
        took.push(performance.now() - started)
      }
      expect(Math.min(...took)).toBeLessThan(190)
    })

    it('may leave unread even what no pipe holds', async () => {
      const uncaught = vi.fn()
      process.on('uncaughtException', uncaught)
      try {
        expect(await sh('exec 0<&-; exit 0', { input: 'x'.repeat(1024 * 1024) })).toMatchObject({ code: 0 })
        await sleep(20)
      } finally {
        process.off('uncaughtException', uncaught)
      }
      expect(uncaught).not.toHaveBeenCalled()
    })

    it('does not inherit the client secret', async () => {
      process.env.OD_LINK_CLIENT_SECRET = 'hush'
      expect(await sh('printf "%s" "$OD_LINK_CLIENT_SECRET-$OD_LINK_STORE"')).toMatchObject({
        stdout: '-file',
      })
      process.env.od_link_client_secret = 'hush'
      expect(environmentWithout('OD_LINK_CLIENT_SECRET', 'OD_LINK_STORE')).not.toHaveProperty(
        'od_link_client_secret',
      )
      expect(environmentWithout('X')).toMatchObject({ OD_LINK_STORE: 'file', OD_LINK_CLIENT_SECRET: 'hush' })
      delete process.env.OD_LINK_CLIENT_SECRET
      delete process.env.od_link_client_secret
    })
  })

  it('is ended with its children when it outlasts its limit', async () => {
    const pids = join(own.dir, 'pids')
    const stay = 'process.on("SIGTERM", () => {}); setTimeout(() => {}, 60_000)'
    const script = `const child = require('node:child_process').spawn(process.execPath, ['-e', '${stay}'])
      require('node:fs').writeFileSync(process.argv[1], child.pid + ' ' + process.pid)
      ${stay}`
    const limitMs = process.platform === 'win32' ? 6_000 : 1_000
    const ended = await runChild(process.execPath, ['-e', script, pids], { limitMs, waiting: '' })
    expect(ended).toEqual({ how: 'timed out' })
    const [child = 0, itself = 0] = readFileSync(pids, 'utf8').split(' ').map(Number)
    await vi.waitFor(() => expect([isAlive(child), isAlive(itself)]).toEqual([false, false]))
  })

  it('may not be there', async () => {
    const asked = { limitMs: 5_000, waiting: '' }
    expect(await runChild('/nonexistent/program', [], asked)).toEqual({ how: 'not started', code: 'ENOENT' })
  })

  it('that is gone, or was never there, can be ended', () => {
    killWithChildren(undefined)
    killWithChildren(2 ** 22 - 1)
  })

  const listeners = () => ['exit', 'SIGTERM', 'SIGHUP'].map((name) => process.listenerCount(name))

  it('is ended with od-link, and only while it runs', () => {
    const before = listeners()
    const kill = vi.fn()
    const one = killOnExit(kill)
    expect(listeners()).toEqual(before.map((count) => count + 1))
    const other = killOnExit(() => {})
    expect(listeners()).toEqual(before.map((count) => count + 1))
    one()
    expect(listeners()).toEqual(before.map((count) => count + 1))
    other()
    expect(listeners()).toEqual(before)
    expect(kill).not.toHaveBeenCalled()
  })

  it('and has ended leaves nothing to be ended with od-link', async () => {
    await sh('true')
    expectNothingToEnd()
  })

  it('is ended when od-link exits', () => {
    const kills = [vi.fn(), vi.fn()]
    const ended = kills.map(killOnExit)
    // As the event would, without telling anyone else.
    process.listeners('exit').at(-1)?.(0)
    for (const kill of kills) expect(kill).toHaveBeenCalledTimes(1)
    for (const end of ended) end()
  })

  describe('while od-link gets a signal', () => {
    const signal = 'SIGHUP'
    let others: NodeJS.SignalsListener[]
    beforeEach(() => {
      others = process.listeners(signal) as NodeJS.SignalsListener[]
      process.removeAllListeners(signal)
    })
    afterEach(() => {
      vi.restoreAllMocks()
      process.removeAllListeners(signal)
      for (const other of others) process.on(signal, other)
    })

    it('is ended before od-link itself is', () => {
      const ends: unknown[] = []
      vi.spyOn(process, 'kill').mockImplementation((...who) => {
        ends.push([...who, process.listenerCount(signal)])
        return true
      })
      const ended = killOnExit(() => ends.push('program'))
      process.emit(signal, signal)
      // Nobody listens by then, so that the signal does what it always does.
      expect(ends).toEqual(['program', [process.pid, signal, 0]])
      ended()
    })

    it('is left to a command that ends in a way of its own', () => {
      const kill = vi.fn()
      const killed = vi.spyOn(process, 'kill').mockReturnValue(true)
      const heard = vi.fn()
      const ended = killOnExit(kill)
      process.on(signal, heard)
      process.emit(signal, signal)
      expect(heard).toHaveBeenCalledTimes(1)
      expect(kill).not.toHaveBeenCalled()
      expect(killed).not.toHaveBeenCalled()
      ended()
    })
  })
})
