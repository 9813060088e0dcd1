import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startSandbox } from '../../test/helpers/microsoft/sandbox.ts'
import { environmentFor, nodeExe, odLinkJs, reset, startInWine } from './machine.ts'
import { driveC } from './setup.ts'
import type { Check } from './walk.ts'

/** Many at once, with the pipes of Windows: `node crowd.mjs PROGRAM FOLDER HOW-MANY` prints their exit codes. */
export const crowdScript = `
import { spawn } from 'node:child_process'
const [program, folder, howMany] = process.argv.slice(2)
const codes = Array.from({ length: Number(howMany) }, (_, index) => new Promise((resolve) => {
  const words = [program, 'mkdir', '-p', folder + '/crowd-' + index]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.resume()
  child.stderr.on('data', (text) => process.stderr.write(text))
  child.on('close', resolve)
}))
console.log((await Promise.all(codes)).join())
`

const size = 12

/**
 * Twelve processes find an expired token in a file, again and again. The server takes a second use of a refresh token for
 * theft and ends the link (RFC 9700, section 4.14.2), so one round that goes wrong fails all that follow.
 */
export async function crowdAtExpiry(rounds: number, check: Check): Promise<void> {
  const sandbox = await startSandbox()
  const env = { ...environmentFor(sandbox), OD_LINK_STORE: 'file' }
  const renewals = async () => {
    const log: { grant?: string }[] = await sandbox.control('GET', 'log')
    return log.filter(({ grant }) => grant === 'refresh_token').length
  }
  try {
    await reset()
    await sandbox.control('POST', 'settings', { refreshGraceSeconds: 0 })
    const login = await startInWine([nodeExe, odLinkJs, 'login'], env).ended
    check('a login into a file', login.code === 0, login)
    writeFileSync(join(driveC, 'crowd.mjs'), crowdScript)
    const wrong: unknown[] = []
    for (let round = 1; round <= rounds; round += 1) {
      await sandbox.control('POST', 'expire')
      const before = await renewals()
      const words = ['C:\\crowd.mjs', odLinkJs, `/round ${round}`, String(size)]
      const { stdout, stderr } = await startInWine([nodeExe, ...words], env, 300_000).ended
      const renewed = (await renewals()) - before
      if (stdout.trim() !== Array(size).fill(0).join() || renewed !== 1)
        wrong.push({ round, renewed, stdout, stderr })
    }
    check(`${size} at one expiry, ${rounds} times: all work, one renews`, wrong.length === 0, wrong)
  } finally {
    await sandbox.stop()
    await reset()
  }
}
