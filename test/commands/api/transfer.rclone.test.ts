import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { rcloneEnv } from '../../../bench/rclone.ts'
import { underTheName } from '../../helpers/network/real-name.ts'
import { useLinked } from '../../helpers/program/linked.ts'
import { hasRealPart } from '../../helpers/system/real-part.ts'

const hasAll =
  hasRealPart('rclone', 'reading what was put with a program that knows Microsoft alone') &&
  hasRealPart('openssl', 'giving the sandbox the name of Microsoft')

describe.runIf(hasAll)('what od-link has put', () => {
  const at = useLinked()

  it('is what rclone reads, and the other way round', async () => {
    const bytes = randomBytes(11_000_000)
    const file = join(at.world.dir, 'file')
    writeFileSync(file, bytes)
    const name = 'odd ö 日本 #1 & 50%.bin'
    const path = `/me/drive/root:/Up/${encodeURIComponent(name)}`
    expect((await at.world.run(['api', '--upload', file, path])).code).toBe(0)
    const host = await underTheName('graph.microsoft.com', at.sandbox.origin)
    const drive = (await (await at.graph('GET', '/me/drive')).json()) as { id: string; driveType: string }
    const token = (await at.world.run(['token'])).stdout.trim()
    const env = {
      ...{ PATH: '/usr/local/bin:/usr/bin:/bin', HOME: at.world.dir },
      ...host.env,
      ...rcloneEnv(token, drive),
    }
    const rclone = (...args: string[]) =>
      buffer(spawn('rclone', args, { env, stdio: ['ignore', 'pipe', 'inherit'] }).stdout)
    const hash = (content: Buffer) => createHash('sha256').update(content).digest('hex')
    expect(hash(await rclone('cat', `od:Up/${name}`))).toBe(hash(bytes))

    // The other verbs, in both directions: what one has put the other sees and gets, with the same hash, size and time.
    const small = join(at.world.dir, 'small')
    writeFileSync(small, 'a report')
    for (const local of [small, file])
      expect((await at.world.run(['upload', '-p', local, '/Both/'])).code).toBe(0)
    const listed = JSON.parse((await rclone('lsjson', '--hash', 'od:Both')).toString()) as Listed[]
    const own = JSON.parse((await at.world.run(['ls', '--json', '/Both'])).stdout) as Own[]
    expect(listed.map(({ Name, Size, ModTime }) => [Name, Size, Date.parse(ModTime)])).toEqual(
      own.map(({ name, size, modified }) => [name, size, Date.parse(modified)]),
    )
    const locally = (await rclone('hashsum', 'quickxor', '--base64', small)).toString().split(' ')[0] ?? ''
    const quickXor = Buffer.from(locally, 'base64').toString('hex')
    expect(listed.find(({ Name }) => Name === 'small')?.Hashes.quickxor).toBe(quickXor)

    utimesSync(file, 1_700_000_000, 1_700_000_000)
    await rclone('copyto', file, `od:Both/from rclone.bin`)
    const to = join(at.world.dir, 'from-rclone')
    expect((await at.world.run(['download', '/Both/from rclone.bin', to])).code).toBe(0)
    expect(hash(readFileSync(to))).toBe(hash(bytes))
    expect(statSync(to).mtimeMs).toBe(1_700_000_000_000)
    await host.stop()
  }, 60_000)
})

interface Listed {
  Name: string
  Size: number
  ModTime: string
  Hashes: { quickxor: string }
}

interface Own {
  name: string
  size: number
  modified: string
}
