import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { addLink } from '../../src/accounts/links.ts'
import { tellSignInNeeded } from '../../src/accounts/signin-needed.ts'
import { helperStore } from '../../src/accounts/stores/helper/index.ts'
import type { Store } from '../../src/accounts/stores/store.ts'
import { OdLinkError } from '../../src/errors.ts'
import { environmentWithout, killOnExit, killWithChildren, runChild } from '../../src/system/child-process.ts'
import { withTimeout } from '../../src/system/with-timeout.ts'
import { putHelper } from '../helpers/keychain/helper-program.ts'
import { recordOf, useOwnSettings } from '../helpers/program/own-settings.ts'

const own = useOwnSettings()
const sh = (script: string, options: { input?: string; limitMs?: number } = {}) =>
  runChild('sh', ['-c', script], { limitMs: 5_000, waiting: 'Waiting …', ...options })
/** Whoever is the first to be ended with od-link listens for its end; after him, nobody does. */
const expectNothingLeft = () => {
  const before = process.listenerCount('SIGTERM')
  const end = killOnExit(() => {})
  expect(process.listenerCount('SIGTERM')).toBe(before + 1)
  end()
  expect(process.listenerCount('SIGTERM')).toBe(before)
}
const isAlive = (pid: number) => {
  try {
    return !/^\S+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}

describe('a program that is run', () => {
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

  it('may not be there', async () => {
    const asked = { limitMs: 5_000, waiting: '' }
    expect(await runChild('/nonexistent/program', [], asked)).toEqual({ how: 'not started', code: 'ENOENT' })
  })

  it('may be ended by a signal', async () => {
    expect(await sh('kill -TERM $$; sleep 5')).toEqual({ how: 'killed', signal: 'SIGTERM' })
  })

  it('is ended with its children when it outlasts its limit', async () => {
    const pids = join(own.dir, 'pids')
    expect(
      await sh(`trap '' TERM; sleep 60 & echo $! > ${pids}; echo $$ >> ${pids}; sleep 60`, { limitMs: 300 }),
    ).toEqual({
      how: 'late',
    })
    const [child = 0, itself = 0] = readFileSync(pids, 'utf8').trim().split('\n').map(Number)
    await vi.waitFor(() => expect([isAlive(child), isAlive(itself)]).toEqual([false, false]))
  })

  it('is ended when it says more than a megabyte', async () => {
    expect(await sh('yes')).toEqual({ how: 'too talkative' })
    expect(await sh('yes >&2')).toEqual({ how: 'too talkative' })
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
    expect(await sh('printf "%s" "$OD_LINK_CLIENT_SECRET-$OD_LINK_STORE"')).toMatchObject({ stdout: '-file' })
    process.env.od_link_client_secret = 'hush'
    expect(environmentWithout('OD_LINK_CLIENT_SECRET', 'OD_LINK_STORE')).not.toHaveProperty(
      'od_link_client_secret',
    )
    expect(environmentWithout('X')).toMatchObject({ OD_LINK_STORE: 'file', OD_LINK_CLIENT_SECRET: 'hush' })
    delete process.env.OD_LINK_CLIENT_SECRET
    delete process.env.od_link_client_secret
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
    expectNothingLeft()
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

describe('a call of a store', () => {
  it('brings its result, or what it throws', async () => {
    const never = () => new Error('late')
    expect(await withTimeout(1_000, 'a', async () => 7, never)).toBe(7)
    await expect(withTimeout(1_000, 'a', async () => Promise.reject(new Error('no')), never)).rejects.toThrow(
      'no',
    )
    expect(own.waiting).toEqual([])
  })

  it('that hangs is told of after a second, once a command, and ends', async () => {
    const hangs = () =>
      withTimeout(
        1_100,
        'Waiting for it …',
        () => new Promise(() => {}),
        () => new Error('late'),
      )
    for (const outcome of await Promise.allSettled([hangs(), hangs(), hangs()]))
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: expect.objectContaining({ message: 'late' }),
      })
    expect(own.waiting).toEqual(['Waiting for it …'])
  })
})

describe('the person’s command', () => {
  const refusal = new OdLinkError('sign-in', 'It "was" $(revoked)\u001b[2J.', { code: 'AADSTS50173' })
  afterEach(() => {
    delete process.env.OD_LINK_ON_SIGNIN_NEEDED
  })
  const tell = async (command: string, change: object = {}, why = refusal) => {
    const account = await addLink(recordOf(change), undefined)
    own.warnings.length = 0
    process.env.OD_LINK_ON_SIGNIN_NEEDED = command
    await tellSignInNeeded(account, why)
    return account
  }
  const noted = () => readFileSync(join(own.dir, 'note'), 'utf8')
  const noting = () =>
    `printf '%s\\n' "$OD_LINK_ACCOUNT" "$OD_LINK_USERNAME" "$OD_LINK_REASON" "$OD_LINK_CODE" "$OD_LINK_CLIENT_SECRET$OD_LINK_ON_SIGNIN_NEEDED" > '${own.dir}/note'`

  it('hears who has to sign in and why, in plain words', async () => {
    process.env.OD_LINK_CLIENT_SECRET = 'hush'
    await tell(noting())
    delete process.env.OD_LINK_CLIENT_SECRET
    expect(noted()).toBe('ada@contoso.example\nada@contoso.example\nIt was (revoked)[2J.\nAADSTS50173\n\n')
    expect(own.warnings).toEqual([])
  })

  it('hears the id where the address would not do, and no code where there is none', async () => {
    await tell(noting(), { username: 'a&b@contoso.example' }, new OdLinkError('sign-in', 'No.'))
    expect(noted()).toBe('contoso.ada\nab@contoso.example\nNo.\n\n\n')
    await addLink(recordOf({ id: 'fabrikam.ada' }), undefined)
    await tell(noting())
    expect(noted().split('\n')[0]).toBe('contoso.ada')
  })

  it.each([
    ['exit 9', 'The command in OD_LINK_ON_SIGNIN_NEEDED ended with exit code 9.'],
    ['kill -KILL $$', 'The command in OD_LINK_ON_SIGNIN_NEEDED was ended by SIGKILL.'],
  ])('that fails is told of: %s', async (command, warning) => {
    await tell(command)
    expect(own.warnings).toEqual([warning])
  })

  it('that cannot be started is told of', async () => {
    await tell(`true ${'x'.repeat(4_000_000)}`)
    expect(own.warnings).toEqual(['The command in OD_LINK_ON_SIGNIN_NEEDED could not be started (E2BIG).'])
  })

  it('is waited for with all that it starts, and told of after a second', async () => {
    await tell(`(sleep 1.3; touch '${own.dir}/later') &`)
    expect(existsSync(join(own.dir, 'later'))).toBe(true)
    expect(own.waiting).toEqual(['Waiting for OD_LINK_ON_SIGNIN_NEEDED, 10 seconds at most …'])
    expect(own.warnings).toEqual([])
  })

  it('finds nothing to read, and leaves nothing behind in od-link', async () => {
    await tell(`cat > '${own.dir}/note'`)
    expect(noted()).toBe('')
    expect(own.warnings).toEqual([])
    expectNothingLeft()
  })

  it('that takes more than ten seconds is stopped with all that it started', async () => {
    const pids = join(own.dir, 'pids')
    const clock = performance.now.bind(performance)
    vi.spyOn(performance, 'now').mockImplementation(() => clock() + (existsSync(pids) ? 10_000 : 0))
    await tell(
      `trap '' TERM; sleep 60 & echo $! $$ > '${pids}.draft'; mv '${pids}.draft' '${pids}'; sleep 60`,
    )
    vi.restoreAllMocks()
    expect(own.warnings).toEqual([
      'The command in OD_LINK_ON_SIGNIN_NEEDED did not end within 10 seconds and was stopped.',
    ])
    const started = readFileSync(pids, 'utf8').trim().split(' ').map(Number)
    await vi.waitFor(() => expect(started.map(isAlive)).toEqual([false, false]))
  })
})

describe('a credential helper', () => {
  const path = process.env.PATH
  afterEach(() => {
    process.env.PATH = path
  })
  function store(name: string): Store {
    process.env.PATH = putHelper(own.dir, name, path)
    return helperStore(name)
  }
  const kept = () => readdirSync(join(own.dir, 'kept')).sort()
  const behave = (script: string) => writeFileSync(join(own.dir, 'script'), script)

  it('keeps a link under an address of this settings’ directory, in base64', async () => {
    const secretservice = store('secretservice')
    expect(await secretservice.read('tid.oid')).toBeUndefined()
    await secretservice.write('tid.oid', 'é')
    expect(await secretservice.read('tid.oid')).toBe('é')
    const asked = readFileSync(join(own.dir, 'asked'), 'utf8').trim().split('\n')
    const url = /https:\/\/od-link\/[\da-f]{16}\/tid\.oid/
    expect(asked[0]).toMatch(new RegExp(`^get ${url.source}$`))
    const stored = asked.find((line) => line.startsWith('store ')) ?? ''
    expect(JSON.parse(stored.slice('store '.length))).toEqual({
      ServerURL: expect.stringMatching(url),
      Username: 'od-link',
      Secret: Buffer.from('é').toString('base64'),
    })
    expect(await secretservice.list()).toEqual(['tid.oid'])
    await secretservice.remove('tid.oid')
    await secretservice.remove('tid.oid')
    expect(kept()).toEqual([])
    expect(secretservice).toMatchObject({
      name: 'helper:secretservice',
      label: 'docker-credential-secretservice',
      mayForget: true,
    })
  })

  it.each([
    ['osxkeychain', 1],
    ['pass', 2],
    ['wincred', 1],
  ])('%s keeps a link that was written twice in so many entries: %i', async (name, entries) => {
    const helper = store(name)
    await helper.write('a link', 'one')
    await helper.write('a link', 'two')
    expect(await helper.read('a link')).toBe('two')
    expect(kept()).toHaveLength(entries)
    expect((await helper.list()).sort()).toEqual(['a link', 'a link second'].slice(0, entries))
    await helper.remove('a link')
    expect(kept()).toEqual([])
  })

  it('wincred keeps a long link in pieces of what Windows takes', async () => {
    const helper = store('wincred')
    await helper.write('a link', 'x'.repeat(1_920))
    expect(kept()).toHaveLength(1)
    await helper.write('a link', 'x'.repeat(1_921))
    expect(kept()).toHaveLength(3)
    expect(await helper.read('a link')).toBe('x'.repeat(1_921))
  })

  it.each(['no usernames for https://x', 'Error: x is not in the password store.', 'credentials not found'])(
    'may say in its own way that there is nothing: %s',
    async (said) => {
      const helper = store('osxkeychain')
      behave(`echo "${said}" >&2; exit 1`)
      expect(await helper.read('x')).toBeUndefined()
      behave('printf \'{"Username":"x","Secret":""}\'; exit 0')
      expect(await helper.read('x')).toBeUndefined()
    },
  )

  it.each([
    ['echo "<html>"', /answers something that no credential helper answers/],
    ['echo \'{"Secret":7}\'', /answers something that no credential helper answers/],
    ['echo sealed; exit 1', /refuses: sealed\.$/],
    ['kill -KILL $$', /was ended by SIGKILL/],
  ])('that does not do is told of: %s', async (script, message) => {
    const helper = store('osxkeychain')
    behave(`${script}; exit 0`)
    const failing = {
      kind: 'keychain',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/./),
    }
    await expect(helper.read('x')).rejects.toMatchObject(failing)
    if (!script.includes('Secret')) await expect(helper.list()).rejects.toMatchObject(failing)
    if (!script.includes('echo {') && !script.startsWith('echo')) {
      await expect(helper.write('x', 'y')).rejects.toMatchObject(failing)
      await expect(helper.remove('x')).rejects.toMatchObject(failing)
    }
  })

  it('that cannot remove what is there says so', async () => {
    const helper = store('osxkeychain')
    await helper.write('x', 'y')
    behave('[ "$1" = erase ] && { echo sealed; exit 1; }')
    await expect(helper.remove('x')).rejects.toMatchObject({
      message: expect.stringMatching(/refuses: sealed\.$/),
    })
  })

  it('that dies while it removes says so, whether there was anything or not', async () => {
    const helper = store('osxkeychain')
    behave('[ "$1" = erase ] && kill -KILL $$')
    await expect(helper.remove('x')).rejects.toMatchObject({
      message: expect.stringMatching(/was ended by SIGKILL\.$/),
    })
  })

  it('is not asked again after it has removed', async () => {
    const helper = store('osxkeychain')
    await helper.write('x', 'y')
    await helper.remove('x')
    const asked = readFileSync(join(own.dir, 'asked'), 'utf8').trim().split('\n')
    expect(asked.map((line) => line.split(' ')[0])).toEqual(['store', 'erase'])
  })

  it('is believed when it succeeds, whatever it says beside', async () => {
    const helper = store('osxkeychain')
    await helper.write('x', 'y')
    behave('[ "$1" = get ] && echo "credentials not found in the cache" >&2')
    expect(await helper.read('x')).toBe('y')
  })
})
