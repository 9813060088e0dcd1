import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeHelper } from '../../../helpers/keychain/fake-helper.ts'
import { ada, jsonError, useLinked } from '../../../helpers/program/linked.ts'
import { node, program } from '../../../helpers/program/od-link.ts'
import { newWorld, type World } from '../../../helpers/program/world.ts'
import { kept } from '../../../helpers/program/world-files.ts'

/** A helper that works, on a file for each URL, with an entry's limit as Windows has. */
const working = `dir="$HOME/kept"; mkdir -p "$dir"
file() { printf %s "$1" | tr / _; }
of() { printf %s "$input" | sed 's/.*"'"$1"'":"\\([^"]*\\)".*/\\1/'; }
case "$1" in
  store) input=$(cat); secret=$(of Secret)
    if [ \${#secret} -gt "\${LIMIT:-100000}" ]; then echo 'The stub received bad data'; exit 1; fi
    printf %s "$input" > "$dir/$(file "$(of ServerURL)")";;
  get) cat "$dir/$(file "$(cat)")" 2>/dev/null || { echo 'credentials not found in native keychain'; exit 1; };;
  erase) rm "$dir/$(file "$(cat)")" || exit 1;;
  list) echo '{}';;
esac`

describe('a credential helper', () => {
  const at = useLinked()
  let world: World
  beforeAll(() => {
    world = newWorld(at.sandbox)
  })
  afterAll(() => world?.remove())

  const troubles: [what: string, script: string, message: RegExp, hint: RegExp][] = [
    [
      'refuses on standard output',
      'echo "the vault is sealed"; exit 1',
      /failed: the vault is sealed\.$/,
      /Try the helper yourself/,
    ],
    [
      'refuses on standard error',
      'echo "no such vault" >&2; exit 3',
      /failed: no such vault\.$/,
      /Try the helper yourself/,
    ],
    ['refuses without a word', 'exit 7', /failed with exit code 7\.$/, /Try the helper yourself/],
    [
      'answers garbage',
      'cat >/dev/null; echo "<html>hello</html>"',
      /is not that of a credential helper/,
      /command -v/,
    ],
    ['answers without end', 'cat >/dev/null; yes', /is not that of a credential helper/, /command -v/],
    ['crashes', 'kill -SEGV $$', /killed by SIGSEGV/, /Try the helper yourself/],
    ['panics', 'echo "panic: runtime error" >&2; exit 2', /crashed/, /[Uu]nlock/],
  ]
  it.each(troubles)('that %s is exit 5 with cause and cure', async (_, script, message, hint) => {
    const env = fakeHelper(world, 'odd', script)
    const before = kept(world)
    const { code, stdout, stderr } = await world.run(['login', '--json'], { env })
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    const error = jsonError(stderr)
    expect(error).toMatchObject({ kind: 'keychain', exitCode: 5 })
    expect(error.message).toMatch(/docker-credential-odd/)
    expect(error.message).toMatch(message)
    expect(error.hint).toMatch(hint)
    expect(kept(world)).toEqual(before)
  })

  it('that is not installed is exit 5, and says which program is missing', async () => {
    const { code, stderr } = await world.run(['login', '--json'], {
      env: { OD_LINK_STORE: 'helper:nonesuch' },
    })
    expect(code).toBe(5)
    expect(jsonError(stderr).message).toContain('docker-credential-nonesuch, which is not in the PATH')
  })

  it.each(['helper:', 'helper', 'helper:../bin/x', 'helper:a b', 'helper:/bin/sh', 'file:x', 'pass'])(
    'cannot be named %j',
    async (store) => {
      const { code, stderr } = await world.run(['config', 'set', 'store', store, '--json'])
      expect(code).toBe(2)
      expect(jsonError(stderr).hint).toContain('keychain, file, encrypted, helper:NAME')
      expect(kept(world)).toEqual({})
    },
  )

  it('can be chosen for good', async () => {
    expect((await world.run(['config', 'set', 'store', 'helper:pass'])).code).toBe(0)
    expect((await world.run(['config', 'get', 'store'], { env: { OD_LINK_STORE: '' } })).stdout).toBe(
      'helper:pass\n',
    )
    await world.run(['config', 'unset', 'store'])
  })

  it('that hangs is ended with its children after 3 s', async () => {
    const pids = join(world.dir, 'pids')
    const env = fakeHelper(world, 'hanging', `sleep 300 & echo $! >> ${pids}; echo $$ >> ${pids}; sleep 300`)
    const { code, stderr, milliseconds } = await world.run(['login'], { env })
    expect(code).toBe(5)
    expect(stderr).toContain('Waiting for docker-credential-hanging')
    expect(stderr).toContain('docker-credential-hanging did not respond within 3 seconds.')
    expect(milliseconds).toBeLessThan(12_000)
    await vi.waitFor(() => expectGone(pids))
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'that hangs is ended with its children by %s',
    async (signal) => {
      const pids = join(world.dir, `pids-${signal}`)
      const env = fakeHelper(
        world,
        'hanging',
        `sleep 300 & echo $! >> ${pids}; echo $$ >> ${pids}; sleep 300`,
      )
      const running = world.start(['login'], { env })
      await running.seen(/Waiting for docker-credential-hanging/)
      running.child.kill(signal)
      const ended = await running.ended
      expect(ended.signal).toBe(signal)
      await vi.waitFor(() => expectGone(pids))
    },
  )

  it('does not see the client secret, and no refusal of it shows a token', async () => {
    const seen = join(world.dir, 'seen')
    const env = fakeHelper(world, 'nosy', `env >> ${seen}; cat; exit 1`)
    const secret = { OD_LINK_CLIENT_SECRET: 'a-secret-of-the-app' }
    const { code, stderr } = await world.run(['login'], { env: { ...env, ...secret } })
    expect(code).toBe(5)
    expect(readFileSync(seen, 'utf8')).toContain('HOME=')
    expect(readFileSync(seen, 'utf8')).not.toContain('a-secret-of-the-app')
    expect(stderr).not.toMatch(/[A-Za-z0-9+/=]{64}/)
  })

  it('that accepts and forgets is found out at login, by another process', async () => {
    const here = 'kept-by-$PPID'
    const env = fakeHelper(world, 'forgetful', working.replace('$HOME/kept', `$HOME/${here}`))
    const { code, stdout, stderr } = await world.run(['login', '--json'], { env })
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    expect(jsonError(stderr).message).toBe(
      'docker-credential-forgetful did not return what was written to it.',
    )
  })

  it('that keeps 2,560 bytes an entry, as wincred does, keeps a link in pieces', async () => {
    const env = { ...fakeHelper(world, 'wincred', working), LIMIT: '2560' }
    expect((await world.run(['login', '--login-hint', ada], { env })).code).toBe(0)
    expect(readdirSync(join(world.dir, 'kept')).length).toBeGreaterThan(2)
    expect((await world.run(['token'], { env })).code).toBe(0)
    expect((await world.run(['logout'], { env })).code).toBe(0)
    expect(readdirSync(join(world.dir, 'kept'))).toEqual([])
  })

  it('that dies in the middle of a writing over the old entry does not cost the link', async () => {
    const cut =
      'if [ "$1" = store ] && [ -e "$HOME/full" ]; then printf "{" > "$dir/$(file "$(input=$(cat); of ServerURL)")"; exit 1; fi'
    const env = fakeHelper(world, 'inplace', working.replace('case "$1" in', `${cut}\ncase "$1" in`))
    expect((await world.run(['login', '--login-hint', ada], { env })).code).toBe(0)
    for (const full of [true, true, false]) {
      await at.sandbox.control('POST', 'expire')
      if (full) writeFileSync(join(world.dir, 'full'), '')
      else rmSync(join(world.dir, 'full'))
      const { code, stderr } = await world.run(['mkdir', '-p', '/still/there'], { env })
      expect({ code, stderr }).toMatchObject({ code: full ? 5 : 0 })
    }
    expect((await world.run(['logout'], { env })).code).toBe(0)
    expect(readdirSync(join(world.dir, 'kept'))).toEqual([])
  })
})

describe('the newest entry of a link', () => {
  const at = useLinked()
  let world: World
  beforeAll(() => {
    world = newWorld(at.sandbox)
  })
  afterAll(() => world?.remove())

  it.each([
    ['refuses', 'echo "gpg: decryption failed: No pinentry"; exit 1', /No pinentry/],
    ['does not answer', 'sleep 60', /did not respond/],
  ])('that the helper %s for a moment is not replaced by the older one', async (_, moment, said) => {
    // Only the second entry, which is the newest after one renewal.
    const failing = `input=$(cat)
case "$1 $input" in "get "*/second) [ -e "$HOME/moment" ] && { ${moment}; };; esac`
    const passing = working.replaceAll('$(cat)', '$input')
    const env = fakeHelper(world, 'moody', `${failing}\n${passing}`)
    expect((await world.run(['login', '--login-hint', ada], { env })).code).toBe(0)
    await at.sandbox.control('POST', 'expire')
    expect((await world.run(['mkdir', '-p', '/newest'], { env })).code).toBe(0)
    writeFileSync(join(world.dir, 'moment'), '')
    for (const args of [['token'], ['store', 'move', '--to', 'file', '-a', ada]]) {
      const { code, stderr } = await world.run(args, { env })
      expect(code).toBe(5)
      expect(stderr).toMatch(said)
    }
    rmSync(join(world.dir, 'moment'))
    await at.sandbox.control('POST', 'expire')
    expect((await world.run(['mkdir', '-p', '/newest'], { env })).code).toBe(0)
    expect((await world.run(['logout'], { env })).code).toBe(0)
  })
})

describe('a link that is moved to another store', () => {
  const at = useLinked()
  let world: World
  beforeEach(() => {
    world = newWorld(at.sandbox)
  })
  afterEach(() => world?.remove())

  const move = `rmdir "$HOME/race" 2>/dev/null && '${node}' '${program}' store move --to file >&2 </dev/null`
  it.each([
    ['before its record is read', `${move}\ncase "$1" in`, 'case "$1" in', false],
    [
      'while it waits to be renewed',
      `  get) cat "$dir/$(file "$(cat)")" > "$dir/was" 2>/dev/null && { ${move}; cat "$dir/was"; } || {`,
      '  get) cat "$dir/$(file "$(cat)")" 2>/dev/null || {',
      true,
    ],
  ])('%s is found there', async (_, changed, original, expired) => {
    // A helper that keeps a link in one entry, so that the move falls where it should.
    const script = working.replace(original, () => changed)
    const env = fakeHelper(world, 'secretservice', script)
    expect((await world.run(['login', '--login-hint', ada], { env })).code).toBe(0)
    if (expired) await at.sandbox.control('POST', 'expire')
    mkdirSync(join(world.dir, 'race'))
    const { code, stderr } = await world.run(['mkdir', '-p', '/moved'], {
      env: { ...env, OD_LINK_STORE: '' },
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(readFileSync(join(world.dir, 'settings', 'accounts.json'), 'utf8')).toMatch(/"store":\s*"file"/)
    expect(readdirSync(join(world.dir, 'kept')).filter((name) => name.startsWith('https'))).toEqual([])
    expect((await world.run(['mkdir', '-p', '/moved/on'])).code).toBe(0)
  })
})

/** Each of the processes whose numbers are in the file has ended. */
function expectGone(file: string): void {
  const alive = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .filter((pid) => {
      try {
        return !/^\S+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
      } catch {
        return false
      }
    })
  expect(alive).toEqual([])
}
