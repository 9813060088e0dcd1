import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startSandbox } from '../../test/helpers/microsoft/sandbox.ts'
import {
  entries,
  environmentFor,
  inWine,
  nodeExe,
  odLinkJs,
  reset,
  settings,
  startInWine,
} from './machine.ts'
import { driveC } from './setup.ts'
import type { Check } from './walk.ts'

/** The path is the same from here and from the bundle in campaigns/artifacts. */
const preload = fileURLToPath(new URL('../sudden-death/fault.cjs', import.meta.url))
/** A login has fewer writes than this, so that a mistake here ends, too. */
const most = 80

/**
 * The first or the second login of an account is killed before each of its writes: of files, and of entries in the Credential
 * Manager. The link is then the earlier one or the new one, and `logout --all` removes every piece of it.
 * @param every which writes: 1 is each of them, 4 every fourth.
 */
export async function killAtWrites(
  login: 'first' | 'second',
  store: 'file' | 'keychain',
  every: number,
  check: Check,
): Promise<void> {
  const sandbox = await startSandbox()
  const env = { ...environmentFor(sandbox), OD_LINK_STORE: store }
  const odLink = (args: string[], more = {}) =>
    startInWine([nodeExe, odLinkJs, ...args], { ...env, ...more }).ended
  copyFileSync(preload, join(driveC, 'fault.cjs'))
  const log = join(driveC, 'fault.log')
  const wrong: unknown[] = []
  let kills = 0
  try {
    await reset()
    for (let step = 1; step <= most; step += every) {
      const before = login === 'second' ? await odLink(['login']) : undefined
      rmSync(log, { force: true })
      const fault = {
        FAULT: 'die',
        FAULT_STEP: String(step),
        FAULT_KINDS: 'writes',
        FAULT_LOG: 'C:\\fault.log',
      }
      const killed = await odLink(['login'], {
        ...fault,
        NODE_OPTIONS: `${inWine.NODE_OPTIONS} --require C:\\fault.cjs`,
      })
      const at = existsSync(log) ? readFileSync(log, 'utf8') : undefined
      const after = await odLink(['mkdir', '-p', `/after ${store} ${step}`])
      const logout = await odLink(['logout', '--all'])
      const left = [...(await entries()).map(({ name }) => name), ...filesWithTokens()]
      // Exit code 4 is that of a missing link.
      const works = after.code === 0 || (login === 'first' && after.code === 4)
      if ((before && before.code !== 0) || !works || logout.code !== 0 || left.length > 0)
        wrong.push({ step, at, before, killed, after, logout, left })
      if (at === undefined) break
      kills += 1
      if (killed.code === 0) wrong.push({ step, at, killed })
    }
    check(`a ${login} login with the store ${store} is killed at ${kills} of its writes`, kills > 0, kills)
    const link =
      login === 'first' ? 'there is a link that works or none' : 'the earlier link or the new one works'
    check(`each time ${link}, and logout --all leaves nothing`, wrong.length === 0, wrong)
  } finally {
    await sandbox.stop()
    await reset()
  }
}

function filesWithTokens(): string[] {
  const folder = join(settings, 'links')
  return existsSync(folder) ? readdirSync(folder) : []
}
