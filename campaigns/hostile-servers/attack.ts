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

/** One thing that a server does to one command. */
export interface Attack {
  /** What it is about. */
  group: string
  /** In plain words. */
  name: string
  scene: SceneName
  /** The answers that are tampered with; all that the scene names, unless told. */
  kinds?: readonly Kind[]
  tamper: Tamper
  flags?: readonly string[]
  /** Whether it takes a server that speaks TLS. */
  tls?: boolean
  /** The exit codes that are right; without them, any that is documented. */
  codes?: readonly number[]
  /** What is to be seen on stderr. */
  stderr?: RegExp
  /** What else is wrong with how it ended. */
  wrong?: (outcome: Outcome, stage: Stage) => string | undefined
}

export interface Result {
  attack: Attack
  /** What should not have been; nothing when all is well. */
  problems: string[]
  code: number | null
  milliseconds: number
  peakMb: number
  output: string
}

/** No command may take more memory than this, whatever a server sends; a bare one takes some 60 MB. */
export const boundMb = 400
/** All that may be said of one refusal. */
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
  const more = attack.wrong?.(outcome, stage)
  return {
    attack,
    problems: more ? [...problems, more] : problems,
    code,
    milliseconds,
    peakMb,
    output: printed.slice(0, 2_000),
  }
}

/** Exit code 1 is right for a refusal by Graph that od-link has no name for, and it says so; nothing else is. */
function isOwnFault(code: number | null, printed: string): boolean {
  return (
    /Something went wrong that/.test(printed) || (code === exitCodes.internal && !/ failed: /.test(printed))
  )
}

/** stdout is data that can be read, and with `--json` an error is one JSON object. */
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

/** The link is what it was, or a whole new one. */
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
  // What refuses a token has it renewed, rightly.
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
