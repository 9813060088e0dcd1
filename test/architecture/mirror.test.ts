import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Folders of tests that are not about a single source. Any other test has the path of its source. */
const roomsOfTheirOwn = {
  architecture: 'the structure of the whole project',
  crash: 'full disks, failing stores, jumping clocks: what holds whatever command is under way',
  docs: 'README, recipes, pictures',
  hostile: 'what another user of the machine can see and do',
  packaging: 'what npm installs',
}

const longest = 400

/** Where the sources of `test/…` are: in src, or in the folder of that name beside it, such as sandbox or build. */
const homes = ['src/', '']

const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts'))
  .sort()
const tests = files.filter((name) => name.endsWith('.test.ts'))

describe('the tests', () => {
  it('are all found', () => {
    expect(tests.length).toBeGreaterThan(150)
    const rooms = new Set(tests.map((name) => name.split('/')[0]))
    expect(Object.keys(roomsOfTheirOwn).filter((room) => !rooms.has(room))).toEqual([])
  })

  it('have a namesake each: test/a/b.test.ts and test/a/b.aspect.test.ts are about src/a/b.ts or src/a/b/', () => {
    const mirrored = tests.filter((name) => !Object.hasOwn(roomsOfTheirOwn, name.split('/')[0] ?? ''))
    expect(mirrored.filter((name) => !hasNamesake(name)).map((name) => `test/${name}`)).toEqual([])
  })

  it(`have at most ${longest} lines a file`, () => {
    const long = files
      .map((name) => [name, readFileSync(join(root, 'test', name), 'utf8').split('\n').length - 1] as const)
      .filter(([, lines]) => lines > longest)
    expect(long.map(([name, lines]) => `test/${name} has ${lines}`)).toEqual([])
  })
})

/** `accounts/lock.strangers.test.ts` has one in `src/accounts/lock.ts` or in the folder `src/accounts/lock`. */
function hasNamesake(test: string): boolean {
  const source = test.replace(/(\.[^/]+)?\.test\.ts$/, '')
  return homes.some((home) => {
    const path = join(root, home, source)
    return ['.ts', '.mjs', ''].some((end) => existsSync(path + end))
  })
}
