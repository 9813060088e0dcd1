import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { rcloneEnv } from '../../../bench/rclone.ts'
import { underTheName } from '../../helpers/network/real-name.ts'
import { useLinked } from '../../helpers/program/linked.ts'
import { makeMany, treeOf, withParents } from '../../helpers/program/many-folders.ts'
import { hasRealPart } from '../../helpers/system/real-part.ts'

const hasAll =
  hasRealPart('rclone', 'looking at what was made with a program that knows Microsoft alone') &&
  hasRealPart('openssl', 'giving the sandbox the name of Microsoft')

describe.runIf(hasAll)('what was created', () => {
  const at = useLinked()

  it('is what rclone sees', async () => {
    const paths = [...treeOf('/seen', 5, 40), '/seen/odd ö 日本/#1 & 100%']
    expect((await makeMany(at.world, paths)).code).toBe(0)
    const name = await underTheName('graph.microsoft.com', at.sandbox.origin)
    const drive = (await (await at.graph('GET', '/me/drive')).json()) as { id: string; driveType: string }
    const token = (await at.world.run(['token'])).stdout.trim()
    const rclone = spawn('rclone', ['lsd', '-R', 'od:'], {
      env: {
        PATH: '/usr/local/bin:/usr/bin:/bin',
        HOME: at.world.dir,
        ...name.env,
        ...rcloneEnv(token, drive),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const listed = (await text(rclone.stdout)).split('\n').slice(0, -1)
    await name.stop()
    // Size, date, time and count stand before the path.
    expect(listed.map((line) => `/${/^ *\S+ \S+ \S+ +\S+ (.*)$/.exec(line)?.[1]}`).sort()).toEqual(
      withParents(paths),
    )
  })
})
