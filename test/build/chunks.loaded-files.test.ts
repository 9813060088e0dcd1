import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { generateIdentity } from 'age-encryption'
import { describe, expect, it } from 'vitest'
import { hasKeyring, startKeyring } from '../helpers/keychain/keyring.ts'
import { useLinked } from '../helpers/program/linked.ts'
import { newWorld, type World } from '../helpers/program/world.ts'

/** Writes down the files that the program has loaded by its end. */
const preload = (report: string) => `process.on('exit', () => {
  require('node:fs').writeFileSync(${JSON.stringify(report)}, Object.keys(require.cache).join('\\n'))
})`

/** @returns the names of the files of dist/ that a command line loads. */
async function loadedBy(world: World, ...args: string[]): Promise<string[]> {
  const [program, report] = [join(world.dir, 'preload.cjs'), join(world.dir, 'loaded.txt')]
  writeFileSync(program, preload(report))
  const { code, stderr } = await world.run(args, { env: { NODE_OPTIONS: `--require=${program}` } })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const paths = readFileSync(report, 'utf8').split('\n')
  return paths.filter((path) => /[\\/]dist[\\/]/.test(path)).map((path) => basename(path))
}

/** Every file costs time at each start; one more here needs a reason. */
describe('what a command loads:', () => {
  const at = useLinked()

  it('the version is one file, and helpers of a few lines', async () => {
    expect(await loadedBy(at.world, '--version')).toEqual(['od-link.cjs', 'runtime.cjs'])
  })

  it('help and completion load nothing that mkdir needs', async () => {
    for (const args of [['--help'], ['mkdir', '--help'], ['__complete', 'bash', 'od-link mk', 'mk']])
      expect(await loadedBy(at.world, ...args)).not.toContain('usual.cjs')
  })

  it('mkdir and token, with links in files', async () => {
    const files = [
      'od-link.cjs',
      'runtime.cjs',
      'command-line.cjs',
      'usual.cjs',
      'cold-accounts-stores-file.cjs',
    ]
    expect(await loadedBy(at.world, 'mkdir', '/', 'loaded')).toEqual(files)
    expect(await loadedBy(at.world, 'token')).toEqual(files)
  })

  it('mkdir, with links in encrypted files, and neither the lock nor the keyring of the kernel', async () => {
    const world = newWorld(at.sandbox, undefined, { OD_LINK_STORE: 'encrypted' })
    world.env.OD_LINK_KEY_FILE = join(world.dir, 'key')
    writeFileSync(world.env.OD_LINK_KEY_FILE, await generateIdentity(), { mode: 0o600 })
    try {
      await world.login()
      expect(await loadedBy(world, 'mkdir', '/', 'loaded-encrypted')).toEqual([
        'od-link.cjs',
        'runtime.cjs',
        'command-line.cjs',
        'usual.cjs',
        'cold-accounts-stores-encrypted-index.cjs',
        'cold-accounts-stores-file.cjs',
        // The name of the item with which a store is tried: 2 KB.
        'cold-shared-accounts-stores-store.cjs',
        'cold-accounts-stores-encrypted-age.cjs',
      ])
    } finally {
      world.remove()
    }
  })

  it.runIf(hasKeyring())('mkdir, with links in a keychain', async () => {
    const keyring = await startKeyring()
    const world = newWorld(at.sandbox, keyring)
    try {
      await world.login()
      const files = await loadedBy(world, 'mkdir', '/', 'loaded-keychain')
      expect(files).toEqual(['od-link.cjs', 'runtime.cjs', 'command-line.cjs', 'usual.cjs'])
    } finally {
      world.remove()
      await keyring.stop()
    }
  })
})
