import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lockedPackages, root } from './locked-packages.ts'

interface Component {
  name: string
  version: string
  purl: string
  hashes: { alg: string; content: string }[]
  licenses: { license?: { id: string }; expression?: string }[]
  properties: { value: string }[]
}

const read = (file: string) => readFileSync(join(root, 'dist', file), 'utf8')
const components: Component[] = JSON.parse(read('sbom.cdx.json')).components
const bundled = components.filter(({ properties }) => properties[0]?.value === 'bundled into dist')
const beside = components.filter((component) => !bundled.includes(component))

/** Packages whose code the sources import: neither their types alone, nor what comes with Node. */
const imported = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .flatMap((path) => [
    ...readFileSync(join(root, 'src', path), 'utf8').matchAll(
      /^import (?!type ).*from '([a-z][^':]*)'|\bimport\('([a-z][^':]*)'\)/gm,
    ),
  ])
  .map(([, atOnce, lazily]) => atOnce ?? lazily)

/** Licences that allow shipping the code in a package under MIT. */
const allowed = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0']

describe('the bill of materials', () => {
  it('names every package whose code is in dist, and every one that is installed beside it', () => {
    // Each package that the sources import, and one that those bring along.
    const names = bundled.map(({ name }) => name)
    expect(imported).toEqual(expect.arrayContaining(['age-encryption', 'conf', 'oauth4webapi', 'open']))
    for (const name of imported) expect(names).toContain(name)
    expect(names).toContain('agent-base')
    const installed = lockedPackages.filter(({ dev }) => !dev)
    expect(beside.map(({ name }) => `node_modules/${name}`).sort()).toEqual(
      installed.map(({ path }) => path).sort(),
    )
  })

  it('agrees with that of npm about what is installed beside it', () => {
    const flags = ['--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only']
    const shell = process.platform === 'win32'
    const npm: { components: Component[] } = JSON.parse(
      execFileSync('npm', ['sbom', ...flags], { cwd: root, shell, encoding: 'utf8' }),
    )
    const key = ({ purl, hashes }: Component) => `${purl} ${hashes[0]?.alg} ${hashes[0]?.content}`
    expect(beside.map(key).sort()).toEqual(npm.components.map(key).sort())
  })

  it('gives each the version that is locked, and its hash', () => {
    for (const { name, version, hashes } of components) {
      const locked = lockedPackages.filter(({ path }) => path.endsWith(`node_modules/${name}`))
      const found = locked.find((one) => one.version === version)
      const hash = Buffer.from(hashes[0]?.content ?? '', 'hex').toString('base64')
      expect(found?.integrity, name).toBe(`sha512-${hash}`)
    }
  })

  it('contains only licences that allow shipping the code with od-link', () => {
    for (const { name, licenses } of components) {
      const [licence] = licenses
      const choices = (licence?.expression ?? licence?.license?.id ?? '').replace(/[()]/g, '').split(' OR ')
      expect(
        choices.some((choice) => allowed.includes(choice)),
        `${name}: ${choices}`,
      ).toBe(true)
    }
  })

  it('has no time and no random number in it, so that the same source makes the same bytes', () => {
    expect(read('sbom.cdx.json')).not.toMatch(/serialNumber|timestamp/)
  })
})

describe('THIRD-PARTY-LICENSES.txt', () => {
  it('holds the licence of every bundled package', () => {
    const texts = read('THIRD-PARTY-LICENSES.txt').split(/^-{80}$/m)
    expect(texts).toHaveLength(bundled.length)
    for (const { name, version } of bundled) {
      const text = texts.find((one) => one.trimStart().startsWith(`${name} ${version} (`)) ?? ''
      expect(text, name).toMatch(/permission|licen[sc]e/i)
      expect(text.length, name).toBeGreaterThan(500)
    }
  })
})
