import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The floors of src, from the top. A room may import from the floors below its own, and from no other room. */
const floors = [
  ['main'],
  ['commands'],
  ['doctor'],
  ['signin'],
  ['registration'],
  ['graph'],
  ['accounts'],
  ['identity', 'settings'],
  ['http'],
  ['terminal', 'cli'],
  ['system'],
  ['errors'],
  ['text', 'notices'],
]

/** What each file imports of this project: types and what is loaded lazily included. */
const imports = new Map(
  ['src', 'sandbox'].flatMap(sourcesIn).map((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    const paths = [...text.matchAll(/(?:\bfrom|\bimport\(|\bimport)\s*'(\.[^']+)'/g)]
    return [file, paths.map(([, path = '']) => posix.join(posix.dirname(file), path))]
  }),
)
const arrows = [...imports].flatMap(([from, files]) => files.map((to) => ({ from, to })))

describe('imports', () => {
  it('are all found', () => {
    expect(imports.size).toBeGreaterThan(200)
    const known = [...imports.keys(), 'package.json']
    expect(shown(({ to }) => !known.includes(to))).toEqual([])
  })

  it('in src lead down, from floor to floor', () => {
    const floorOf = (file: string) => floors.findIndex((rooms) => rooms.includes(roomOf(file)))
    const inSrc = [...imports.keys()].filter((file) => file.startsWith('src/'))
    expect(inSrc.filter((file) => floorOf(file) < 0)).toEqual([])
    const isUp = (from: string, to: string) => roomOf(from) !== roomOf(to) && floorOf(from) >= floorOf(to)
    expect(shown(({ from, to }) => inSrc.includes(from) && inSrc.includes(to) && isUp(from, to))).toEqual([])
  })

  it('in the sandbox lead to nothing of the program, and the program to it from its command alone', () => {
    const isSandbox = (file: string) => file.startsWith('sandbox/')
    expect(shown(({ from, to }) => isSandbox(from) && !isSandbox(to))).toEqual([])
    const command = 'src/commands/sandbox/run.ts'
    expect(shown(({ from, to }) => !isSandbox(from) && isSandbox(to) && from !== command)).toEqual([])
  })

  it('in the state of the sandbox lead to none of its endpoints', () => {
    const isBelow = (file: string) => /^sandbox\/(state|server)\//.test(file)
    expect(shown(({ from, to }) => isBelow(from) && !isBelow(to))).toEqual([])
  })

  it('of the terminal are in main and the commands alone: all below return values, throw, or tell notices', () => {
    const mayFormat = ['main', 'commands', 'terminal']
    const isTerminal = (file: string) => roomOf(file) === 'terminal'
    expect(shown(({ from, to }) => isTerminal(to) && !mayFormat.includes(roomOf(from)))).toEqual([])
  })

  it('of the actions are in main alone', () => {
    const actions = 'src/commands/actions.ts'
    expect(arrows.filter(({ to }) => to === actions).map(({ from }) => from)).toEqual(['src/main.ts'])
  })

  it('make no circle', () => {
    expect(circles()).toEqual([])
  })
})

function sourcesIn(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  const paths = names.map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
  return paths.filter((path) => path.endsWith('.ts')).sort()
}

/** `accounts` for src/accounts/stores/file.ts, `errors` for src/errors.ts. */
function roomOf(file: string): string {
  return file.split('/')[1]?.replace(/\.ts$/, '') ?? ''
}

function shown(isWrong: (arrow: { from: string; to: string }) => boolean): string[] {
  return arrows.filter(isWrong).map(({ from, to }) => `${from} imports ${to}`)
}

/** Each circle once, as the files on the way round. */
function circles(): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const visit = (file: string, way: string[]) => {
    if (way.includes(file)) found.push([...way.slice(way.indexOf(file)), file].join(' → '))
    if (way.includes(file) || done.has(file)) return
    for (const next of imports.get(file) ?? []) visit(next, [...way, file])
    done.add(file)
  }
  for (const file of imports.keys()) visit(file, [])
  return found
}
