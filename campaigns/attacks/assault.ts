import type { Browser } from 'playwright-core'
import { type RawAnswer, sendRaw } from '../../test/helpers/network/raw-http.ts'
import { comeBack } from '../../test/helpers/program/waiting-login.ts'
import { type Attack, get, mark } from './attack.ts'
import { launchChromium } from './browser-attacks.ts'
import type { Scene } from './scene.ts'
import type { Login, Target } from './target.ts'

/** The outcome of one attack. */
export interface Verdict {
  attack: Attack
  answers: RawAnswer[]
  /** Whether the login was still waiting afterwards. */
  waits: boolean
  /** How long a harmless request then took, in milliseconds. */
  probeMs: number
  /** How long the genuine answer took from the request to the end of the program; only where it was sent. */
  truthMs: number | undefined
  /** What went wrong; empty if nothing did. */
  faults: string[]
}

/** The sender gives up a request without an answer after this time. */
const patienceMs = 1_500

/**
 * Carries out attacks on the logins of a target.
 * @param soonMs how soon after an attack the next request must be answered and the genuine answer accepted.
 */
export function attacker(target: Target, soonMs = 1_000) {
  let browser: Promise<Browser> | undefined
  const chromium = () => {
    browser ??= launchChromium()
    return browser
  }

  /** @param thenTruth whether to send the genuine answer afterwards, which ends the login. */
  async function attackOnce(login: Login, attack: Attack, thenTruth: boolean): Promise<Verdict> {
    const endings: (() => unknown)[] = []
    const verdict: Verdict = { attack, answers: [], waits: true, probeMs: 0, truthMs: undefined, faults: [] }
    const { faults } = verdict
    const send = (bytes: string | Buffer) => sendRaw(login.known.port, bytes, { patienceMs })
    const scene: Scene = { target, login, send, until: (end) => endings.push(end), chromium }
    try {
      verdict.answers = await carryOut(attack, scene)
      if ('act' in attack && attack.ends) {
        await expectEnd(login, attack.ends, faults)
        verdict.waits = false
      } else {
        verdict.waits = login.waits()
        const taken = login.issued && verdict.answers.some(({ status }) => status > 0 && status < 400)
        if (taken) faults.push('it was taken for the genuine answer')
        if (verdict.waits) verdict.probeMs = await probe(login, faults)
        // A program may keep running without listening.
        if (verdict.probeMs === 0) verdict.waits = false
        if (!verdict.waits) faults.push('it ended the login')
        if (verdict.waits && thenTruth) verdict.truthMs = await bringTruth(login, faults)
        const slowest = Math.max(verdict.probeMs, verdict.truthMs ?? 0)
        if (slowest > soonMs) faults.push(`what came next took ${Math.round(slowest)} ms`)
      }
    } catch (error) {
      faults.push((error as Error).message)
    } finally {
      for (const end of endings.reverse()) await end()
    }
    faults.push(...reflections(verdict.answers, login))
    return verdict
  }

  return { attackOnce, stop: async () => (await browser)?.close() }
}

async function carryOut(attack: Attack, scene: Scene): Promise<RawAnswer[]> {
  if ('act' in attack) return attack.act(scene)
  const [first = '', ...more] = [attack.bytes(scene.login.known)].flat()
  return [await sendRaw(scene.login.known.port, first, { more, patienceMs })]
}

/**
 * Checks that a harmless request is answered in time.
 * @returns how long that took, in milliseconds; 0 when nothing is listening.
 */
async function probe({ known }: Login, faults: string[]): Promise<number> {
  const started = performance.now()
  const asked = sendRaw(known.port, get(`${known.path}?probe=1`, known))
  const { status } = await asked.catch(() => ({ status: undefined }))
  if (status === undefined) return 0
  if (status === 0) faults.push('the next request got no answer')
  return performance.now() - started
}

/**
 * Delivers the genuine answer, as the browser would.
 * @returns the milliseconds until the program had ended and the browser had the last page.
 */
export async function bringTruth(login: Login, faults: string[]): Promise<number> {
  const started = performance.now()
  const coming = comeBack(login, login.answer).catch(() => ({ status: 0 }))
  const [{ status }, { code }] = await Promise.all([coming, login.ended])
  const took = performance.now() - started
  // A made-up code cannot create a link; for another tool, only its reaction is visible.
  const { linked } = await login.outcome()
  if (status === 0) faults.push('the genuine answer got no answer')
  else if (login.issued && (code !== 0 || status !== 200 || !linked))
    faults.push(`the genuine answer led to ${code}, ${status}`)
  return took
}

async function expectEnd(login: Login, how: 'linked' | 'refused', faults: string[]): Promise<void> {
  const { code } = await login.ended
  const { linked, redeemed } = await login.outcome()
  if (how === 'linked' && !(code === 0 && linked && redeemed === 1)) {
    faults.push(`it ended with ${code}, ${linked ? 'linked' : 'not linked'}, ${redeemed} redemptions`)
  }
  if (how === 'refused' && (code === 0 || linked)) faults.push('it linked what a stranger had chosen')
}

function reflections(answers: RawAnswer[], login: Login): string[] {
  const told = answers.map(({ text }) => text).join('\n')
  const places = { 'an answer': told, 'the terminal': login.output() }
  return Object.entries(places).flatMap(([place, text]) => [
    ...(text.includes(mark) ? [`${place} repeats what was sent`] : []),
    ...(login.secrets.some((secret) => text.includes(secret)) ? [`${place} holds a secret`] : []),
  ])
}
