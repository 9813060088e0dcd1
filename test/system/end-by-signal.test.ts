import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { useLinked } from '../helpers/program/linked.ts'
import { listOf, treeOf } from '../helpers/program/many-folders.ts'
import { node, program, type Running, type RunOptions } from '../helpers/program/od-link.ts'
import { canUnshare, hasRealPart } from '../helpers/system/real-part.ts'
import { ctrlC } from '../helpers/terminal/at-terminal.ts'
import { hasTerminal, odLinkWord, startInTerminal } from '../helpers/terminal/terminal.ts'

const at = useLinked()
const slow = 3_000_000
const content = '/me/drive/root:/slow:/content'

beforeAll(async () => {
  writeFileSync(join(at.world.dir, 'slow'), Buffer.alloc(slow))
  await at.world.run(['api', '--upload', join(at.world.dir, 'slow'), content])
})
afterEach(async () => {
  await at.calm()
  await at.sandbox.control('POST', 'settings', { latencyMs: 0 })
})

/** Graph is too busy for the next request, for longer than any test. */
const busy = () => at.weather('/me/drive', { status: 429, headers: { 'retry-after': '40' } })
/** How od-link says so. */
const waits = /Waiting .*40|40 s/

/** What takes a while: how it starts, and how one knows that it is in the middle. */
const long: [what: string, start: (options?: RunOptions) => Promise<Running>][] = [
  ['a login that waits', (options) => started(['login', '--no-browser'], /Waiting up to/, options)],
  ['a login by code', (options) => started(['login', '--device'], /Waiting|code/i, options)],
  [
    'a mkdir that waits for Graph',
    async (options) => {
      await busy()
      return started(['mkdir', '/waits'], waits, options)
    },
  ],
  [
    'a list',
    async (options) => {
      await at.sandbox.control('POST', 'settings', { latencyMs: 100 })
      const input = listOf(treeOf(`/list${Math.random()}`, 20, 40))
      return started(['mkdir', '--from-file', '-', '--jobs', '1'], /\/list/, { ...options, input })
    },
  ],
  [
    'a download that waits',
    async (options) => {
      await busy()
      return started(['api', '--output', join(at.world.dir, 'got'), content], waits, options)
    },
  ],
  [
    'an upload that waits',
    async (options) => {
      await busy()
      const flags = ['--upload', join(at.world.dir, 'slow'), '--on-conflict', 'replace']
      return started(['api', ...flags, content], waits, options)
    },
  ],
  [
    'pages that wait',
    async (options) => {
      await busy()
      return started(['api', '--paginate', '--slurp', '/me/drive/root/children'], waits, options)
    },
  ],
  ['the sandbox', (options) => started(['sandbox', '--json'], /origin/, options)],
  ['the demo', (options) => started(['demo'], /Linked/, options)],
]

async function started(args: string[], middle: RegExp, options?: RunOptions): Promise<Running> {
  const running = at.world.start(args, options)
  await running.seen(middle)
  return running
}

const signals = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const

describe.each(signals)('%s', (signal, code) => {
  it.each(long)('is what %s dies of', async (_, start) => {
    const running = await start()
    running.child.kill(signal)
    expect(await running.ended).toMatchObject({ signal, code })
  })
})

const own = ['unshare', '--pid', '--fork', '--mount-proc']
const isolated = canUnshare(own.slice(1), 'od-link as process 1 of a container')

/** https://man7.org/linux/man-pages/man7/pid_namespaces.7.html: process 1 gets only signals that it handles. */
describe.runIf(isolated).each(signals)('%s to process 1 of a container', (signal, code) => {
  const some = long.filter(([what]) => /login that|list|download|sandbox/.test(what))
  it.each(some)('ends %s with the exit code of a shell', async (_, start) => {
    const { child, ended } = await start({ through: own })
    const inner = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
    process.kill(Number(inner.trim()), signal)
    expect(await ended).toMatchObject({ signal: null, code })
  })
})

describe.runIf(hasTerminal() && hasRealPart('make', 'Ctrl-C in make'))('Ctrl-C at a terminal', () => {
  const terminal = (line: string) => startInTerminal(line, at.world.env)

  it.each(['bash', 'sh'])('ends a loop of %s, not only one round', async (shell) => {
    await busy()
    const script = join(at.world.dir, `loop.${shell}`)
    const body = `for n in 1 2 3; do echo "round $n"; ${odLinkWord} mkdir "/${shell}-$n"; done; echo behind`
    writeFileSync(script, body)
    const { seen, type, ended } = terminal(`exec ${shell} '${script}'`)
    await seen(waits)
    type(ctrlC)
    const { code, shown } = await ended
    expect(code).toBe(130)
    expect(shown).toContain('round 1')
    expect(shown).not.toMatch(/round 2|behind/)
  })

  it('ends make, even one that is to go on after errors', async () => {
    await busy()
    const file = join(at.world.dir, 'Makefile')
    const words = `'${node}' '${program}' mkdir`
    writeFileSync(file, `all: one two\none:\n\t${words} /made-1\ntwo:\n\t${words} /made-2\n`)
    const { seen, type, ended } = terminal(`exec make -k -f '${file}'`)
    await seen(waits)
    type(ctrlC)
    const { code, shown } = await ended
    expect(code).not.toBe(0)
    expect(shown).toMatch(/\[.*one\] Interrupt/)
    expect(shown).not.toContain('/made-2')
  })

  it('ends a loop whose list is half done, after what is in progress', async () => {
    await at.sandbox.control('POST', 'settings', { latencyMs: 100 })
    const list = join(at.world.dir, 'list')
    writeFileSync(list, listOf(treeOf('/half', 20, 40)))
    const run = `${odLinkWord} mkdir --jobs 1 --from-file '${list}'`
    const script = join(at.world.dir, 'lists')
    writeFileSync(script, `for n in 1 2; do echo "round $n"; ${run}; done; echo behind`)
    const { seen, type, ended } = terminal(`exec bash '${script}'`)
    await seen(/^\/half/m)
    type(ctrlC)
    const { code, shown } = await ended
    expect(code).toBe(130)
    expect(shown).toMatch(/Interrupted\./)
    expect(shown).not.toMatch(/round 2|behind/)
  })
})
