import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { useLinked } from './helpers/program/linked.ts'

describe('a start', () => {
  const at = useLinked()

  /** The bundled packages that a run loads. */
  async function packagesOf(args: string[], env: NodeJS.ProcessEnv = {}): Promise<string[]> {
    const preload = join(at.world.dir, 'list-loaded.cjs')
    const list = join(at.world.dir, 'loaded.json')
    writeFileSync(
      preload,
      `process.on('exit', () => require('node:fs').writeFileSync(process.env.LIST, JSON.stringify(Object.keys(require.cache))))`,
    )
    await at.world.run(args, { env: { NODE_OPTIONS: `--require=${preload}`, LIST: list, ...env } })
    const loaded: string[] = JSON.parse(readFileSync(list, 'utf8'))
    const names = loaded.flatMap((file) => /dist.(?:package-)?([\w-]+)\.cjs$/.exec(file)?.[1] ?? [])
    // commander lies in one file with what uses it.
    return names.filter((name) => ['command-line', 'chalk', 'conf', 'open', 'oauth4webapi'].includes(name))
  }

  it('of a script loads no package that it does not need', async () => {
    expect(await packagesOf(['--version'])).toEqual([])
    expect(await packagesOf(['__complete', 'bash', 'od-link mk', 'mk'])).toEqual([])
    const packages = await packagesOf(['mkdir', '/', 'lean'])
    expect(packages).toContain('command-line')
    expect(packages).not.toContain('chalk')
  })

  it('with colours loads what makes them', async () => {
    expect(await packagesOf(['mkdir', '/', 'coloured'], { FORCE_COLOR: '1' })).toContain('chalk')
  })
})
