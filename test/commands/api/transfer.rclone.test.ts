import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
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

describe.runIf(hasAll)('what od-link api --upload has put', () => {
  const at = useLinked()

  it('is what rclone reads', async () => {
    const bytes = randomBytes(11_000_000)
    const file = join(at.world.dir, 'file')
    writeFileSync(file, bytes)
    const name = 'odd ö 日本 #1 & 50%.bin'
    const path = `/me/drive/root:/Up/${encodeURIComponent(name)}`
    expect((await at.world.run(['api', '--upload', file, path])).code).toBe(0)
    const host = await underTheName('graph.microsoft.com', at.sandbox.origin)
    const drive = (await (await at.graph('GET', '/me/drive')).json()) as { id: string; driveType: string }
    const token = (await at.world.run(['token'])).stdout.trim()
    const rclone = spawn('rclone', ['cat', `od:Up/${name}`], {
      env: {
        PATH: '/usr/local/bin:/usr/bin:/bin',
        HOME: at.world.dir,
        ...host.env,
        ...rcloneEnv(token, drive),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const read = await buffer(rclone.stdout)
    await host.stop()
    const hash = (content: Buffer) => createHash('sha256').update(content).digest('hex')
    expect(hash(read)).toBe(hash(bytes))
  })
})
