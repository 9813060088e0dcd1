import { parseRecord } from '../../src/accounts/link-record.ts'
import { exitCodes } from '../../src/errors.ts'
import type { Outcome } from '../../test/helpers/program/od-link.ts'
import { disguisesOf } from '../../test/helpers/program/secret-encodings.ts'
import { kept } from '../../test/helpers/program/world-files.ts'
import { peakMemoryMb } from '../../test/helpers/system/peak-memory.ts'
import { harmful } from './poisons.ts'
import { type Scene, type SceneName, scenes } from './scenes.ts'
import { reset, type Stage } from './stage.ts'
import type { Kind, Tamper } from './tamperer.ts'

/** One attack of a server on one command. */
export interface Attack {
  /** Its topic. */
  group: string
  /** A description. */
  name: string
  scene: SceneName
  /** The answers to tamper with; default: all of the scene. */
  kinds?: readonly Kind[]
  tamper: Tamper
  flags?: readonly string[]
  /** Whether it needs a server with TLS. */
  tls?: boolean
  /** The accepted exit codes; default: any documented one. */
  codes?: readonly number[]
  /** What stderr must match. */
  stderr?: RegExp
  /** Further checks of the outcome. */
  wrong?: (outcome: Outcome, stage: Stage) => string | undefined
}

export interface Result {
  attack: Attack
  /** The problems found; empty when there are none. */
  problems: string[]
  code: number | null
  milliseconds: number
  peakMb: number
  output: string
}

/** The memory limit of a command, whatever a server sends; a normal run takes about 60 MB. */
export const boundMb = 400
/** The longest output for one error. */
const mostSaid = 20_000

export async function run(stage: Stage, attack: Attack): Promise<Result> {
  const scene: Scene = scenes[attack.scene]
  const { server, stranger, world } = stage
  const strangers = stranger.connections()
  reset(stage)
  scene.prepare?.(stage)
  const before = kept(world)
  server.plot = { kinds: attack.kinds ?? scene.kinds, tamper: attack.tamper, bend: scene.bend }
  const flags = attack.flags ?? []
  const running = await scene.start(stage, flags)
  const limit = setTimeout(() => running.child.kill('SIGKILL'), scene.boundMs)
  const peakMb = await peakMemoryMb(running)
  clearTimeout(limit)
  const outcome = await running.ended
  const { code, stdout, stderr, milliseconds } = outcome
  const printed = stdout + stderr
  const wrong: Record<string, unknown> = {
    [`it did not end within ${scene.boundMs / 1000} s`]: code === null,
    'a fault of its own': isOwnFault(code, printed),
    [`exit code ${code}, not ${attack.codes?.join(' or ') ?? 'a documented one'}`]: !(
      attack.codes ?? [0, ...Object.values(exitCodes)]
    ).includes(code ?? -1),
    [`${Math.round(peakMb)} MB of memory`]: peakMb > boundMb,
    'a control or bidi character on the terminal': harmful.test(printed),
    'a stack trace or a warning of Node': /^\s+at .*:\d+:\d+|\(node:\d+\)|node:internal/m.test(printed),
    [`${printed.length} characters`]: stdout.length > 2 * mostSaid || stderr.length > mostSaid,
    'a secret': [...server.secrets].some((secret) =>
      disguisesOf(secret).some((one) => printed.includes(one)),
    ),
    'a connection to another host': stranger.connections() > strangers,
    'not what it should say': attack.stderr && !attack.stderr.test(printed),
    ...saying(scene, outcome, flags.includes('--json')),
    ...keeping(scene, outcome, before, stage),
  }
  const problems = Object.entries(wrong).flatMap(([problem, isSo]) => (isSo ? [problem] : []))
  const more = attack.wrong?.(outcome, stage) ?? (code === 0 ? scene.wrong?.(stage) : undefined)
  return {
    attack,
    problems: more ? [...problems, more] : problems,
    code,
    milliseconds,
    peakMb,
    output: printed.slice(0, 2_000),
  }
}

/** Exit code 1 is only correct for an unknown Graph error that od-link reports as such. */
function isOwnFault(code: number | null, printed: string): boolean {
  return (
    /Something went wrong that/.test(printed) || (code === exitCodes.internal && !/ failed: /.test(printed))
  )
}

/** Checks that stdout is valid data, and that an error with `--json` is one JSON object. */
function saying({ says, name }: Scene, { code, stdout, stderr }: Outcome, json: boolean) {
  try {
    const error = json && code !== 0 && stderr !== '' ? JSON.parse(stderr).error : undefined
    const isRight = code !== 0 || says(stdout, json)
    return {
      'what stdout says cannot be read': !isRight,
      'an error that is not of the shape': error && !(error.message && error.hint && error.exitCode === code),
      'a failure without a word': code !== 0 && stderr === '' && name !== 'doctor',
      'lines on stdout after a failure': /^mkdir(,| of| below|$)/.test(name) && code !== 0 && stdout !== '',
    }
  } catch (error) {
    return { [`what it says cannot be read: ${(error as Error).message}`]: true }
  }
}

/** Checks that the link is unchanged or a complete new one. */
function keeping(
  { renews }: Scene,
  { code }: Outcome,
  before: Record<string, string>,
  { world, server }: Stage,
) {
  const links = (files: Record<string, string>) =>
    Object.entries(files).filter(([path]) => path.startsWith('links'))
  const after = kept(world)
  const isSame = JSON.stringify(links(after)) === JSON.stringify(links(before))
  // Refusing a token leads to a refresh, which is correct.
  const wasAsked =
    renews === 'never' && server.seen.some(({ exchange }) => exchange.kind === 'token by refresh')
  const mayDiffer = renews === 'always' || wasAsked || (renews === 'when it works' && code === 0)
  const whole = links(after).length === 1 && links(after).every(([, text]) => isWhole(text))
  const large = Object.values(after).some((text) => text.length > 100_000)
  return {
    'another link than before': !isSame && !mayDiffer,
    'a link that is not whole': !isSame && !whole,
    'more than 100 KB kept': large,
  }
}

function isWhole(text: string): boolean {
  try {
    const { id } = JSON.parse(text)
    const { expiresAt, accessToken, refreshToken } = parseRecord(text, id)
    const sendable = [accessToken, refreshToken].every((token) => /^[\x21-\x7e]+$/.test(token))
    return sendable && expiresAt < Date.now() + 366 * 86_400_000
  } catch {
    return false
  }
}
