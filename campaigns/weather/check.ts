import { availableParallelism, loadavg } from 'node:os'
import type { Outcome } from '../../test/helpers/program/od-link.ts'
import { kept } from '../../test/helpers/program/world-files.ts'
import { type KindName, kindOf } from './kinds.ts'
import { type Cell, graceSeconds } from './promises.ts'
import type { Station } from './station.ts'
import { weatherOf } from './weathers.ts'

/**
 * Checks the promises of every cell: the command ends within its time limit and with its exit code; a
 * failure is one sentence with a next step, or one JSON object, and never a stack trace; stdout reports
 * success only when the work is done; the links are unchanged or contain newer tokens that the server
 * accepts.
 * @returns the broken promises, as sentences.
 */
export async function brokenPromises(
  at: Station,
  cell: Cell,
  outcome: Outcome,
  before: Record<string, string>,
): Promise<string[]> {
  return [
    ...end(cell, outcome),
    ...(cell.exit === 0 ? [] : failureTold(cell, outcome)),
    ...workTold(cell, outcome),
    ...(await linksKept(at, cell, before)),
  ]
}

/** The usual number of processes per core when many cells run at once; with more, processes start slower. */
export const usualLoad = 3

export function isBounded({ withinSeconds }: Cell, { signal, milliseconds }: Outcome): boolean {
  const load = (loadavg()[0] ?? 0) / availableParallelism()
  const graceMs = graceSeconds * 1000 * (Math.max(1, load / usualLoad) - 1)
  return signal === null && milliseconds <= withinSeconds * 1000 + graceMs
}

function end(cell: Cell, outcome: Outcome): string[] {
  const { code, signal, milliseconds } = outcome
  const seconds = (milliseconds / 1000).toFixed(1)
  return [
    ...(isBounded(cell, outcome)
      ? []
      : [`took ${seconds} s, not ${cell.withinSeconds} s (${signal ?? 'late'})`]),
    ...(code === cell.exit ? [] : [`ended with ${code}, not ${cell.exit}`]),
  ]
}

function failureTold(cell: Cell, { stdout, stderr }: Outcome): string[] {
  const trace = /\n\s+at \S+.*[:)]|has no name for/.test(stdout + stderr)
  const told = cell.kind === 'me' ? toldByDoctor(cell, stdout) : toldOnStderr(cell, stderr)
  return [
    ...(trace ? ['shows a stack trace'] : []),
    ...(told ? [] : ['does not tell a sentence and a next step']),
  ]
}

function toldOnStderr({ json, exit }: Cell, stderr: string): boolean {
  if (!json)
    return /(^|\n)od-link: \S[^\n]*\.\n {2}next: \S/.test(stderr) && stderr.split('od-link: ').length === 2
  const error = errorIn(stderr)
  return isWhole(error) && typeof error.kind === 'string' && error.exitCode === exit
}

/** The error object, which has to be all that stderr has. */
function errorIn(stderr: string) {
  try {
    return JSON.parse(stderr).error
  } catch {
    return undefined
  }
}

/** Its report is data, so it is on stdout. */
function toldByDoctor({ json, exit }: Cell, stdout: string): boolean {
  if (!json) return /\n✗ (Graph|Clock) [^✗✓–]*\.\n +next: \S/.test(stdout) && stdout.split('✗').length === 2
  const failed = (JSON.parse(stdout).checks as Record<string, unknown>[]).filter(({ ok }) => ok === false)
  return (
    failed.length === 1 && isWhole({ ...failed[0], message: failed[0]?.text }) && failed[0]?.exitCode === exit
  )
}

const isWhole = (error: { message?: unknown; hint?: unknown } | undefined) =>
  /^\S.*\.$/.test(String(error?.message)) && typeof error?.hint === 'string' && error.hint.length > 5

function workTold({ kind, exit }: Cell, { stdout, stderr }: Outcome): string[] {
  const { done, doneIsMessage } = kindOf(kind)
  const isDone = done.test(doneIsMessage ? stdout + stderr : stdout)
  if (isDone === (exit === 0)) return []
  return [isDone ? 'says that the work is done' : 'does not say that the work is done']
}

async function linksKept(
  at: Station,
  { kind, weather, exit }: Cell,
  before: Record<string, string>,
): Promise<string[]> {
  const after = withoutSessions(kept(at.world), kind, exit)
  if (Object.keys(after).sort().join() !== Object.keys(before).sort().join()) {
    return [`left the files ${Object.keys(after).sort().join(', ')}`]
  }
  const isNewLogin = exit === 0 && kindOf(kind).command.startsWith('od-link login')
  const changed = Object.keys(before).filter((path) => after[path] !== before[path])
  const mayAdd = exit === 0 && kindOf(kind).command.startsWith('od-link drive add')
  const mayEnd = weatherOf(weather).is === 'sign-in refused' && kindOf(kind).tokenEnded
  const lost: string[] = []
  for (const path of changed) {
    if (mayAdd && isOnlySaved(before[path] ?? '', after[path] ?? '')) continue
    if (mayEnd && isOnlyEnded(before[path] ?? '', after[path] ?? '')) continue
    if (!path.startsWith('links')) lost.push(`changed ${path}`)
    else lost.push(...(await recordKept(at, before[path] ?? '', after[path] ?? '', isNewLogin)))
  }
  return lost
}

/** An upload that was cut off leaves its session, so that the next run continues; one that is over leaves none. */
function withoutSessions(
  files: Record<string, string>,
  kind: KindName,
  exit: number,
): Record<string, string> {
  const mayLeave = kindOf(kind).match === 'PUT /upload' && [6, 7].includes(exit)
  return Object.fromEntries(
    Object.entries(files).filter(([path]) => !mayLeave || !path.startsWith('uploads/')),
  )
}

/** The list of accounts has a new saved drive, and nothing else has changed. */
function isOnlySaved(before: string, after: string): boolean {
  const without = (text: string) =>
    JSON.stringify(JSON.parse(text), (name, value) => (name === 'drives' ? undefined : value))
  return without(before) === without(after)
}

/** The list of accounts notes that Microsoft refused to renew a link, and what the next sign-in has to prove. */
function isOnlyEnded(before: string, after: string): boolean {
  const without = (text: string) =>
    JSON.stringify(JSON.parse(text), (name, value) =>
      ['ended', 'claims', 'taught'].includes(name) ? undefined : value,
    )
  return without(before) === without(after)
}

/** A record may only differ in newer tokens, which the server must accept. */
async function recordKept(
  { sandbox }: Station,
  before: string,
  after: string,
  isNewLogin: boolean,
): Promise<string[]> {
  const [old, now] = [JSON.parse(before), JSON.parse(after)]
  const renewed = ['accessToken', 'refreshToken', 'expiresAt', 'lastRenewedAt', 'grantedScope']
  const fresh = isNewLogin ? [...renewed, 'linkedAt'] : renewed
  const others = Object.keys({ ...old, ...now }).filter(
    (name) => !fresh.includes(name) && JSON.stringify(old[name]) !== JSON.stringify(now[name]),
  )
  const answer = await fetch(`${sandbox.origin}/common/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: now.registration.clientId,
      refresh_token: now.refreshToken,
    }),
  })
  await answer.text()
  return [
    ...(others.length > 0 ? [`changed ${others.join(', ')} of the link`] : []),
    ...(answer.ok ? [] : ['left a refresh token that the server does not take']),
  ]
}
