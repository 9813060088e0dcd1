import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { type SandboxProcess, startSandbox } from '../microsoft/sandbox.ts'
import type { Outcome } from './od-link.ts'
import { newWorld, type World } from './world.ts'
import { kept } from './world-files.ts'

/** A client ID that nobody has registered. */
export const strange = '99999999-8888-7777-6666-555555555555'

/** The questions of `od-link setup`, as they end on a screen of 80 columns. */
export const question = {
  own: 'I have its client ID\n[1]: ',
  kind: 'with a client secret\n[1]: ',
  whom: 'Personal accounts only\n[1]: ',
  reach: 'approve\n     it)\n[1]: ',
  id: 'Application (client) ID: ',
  directory: 'Directory (tenant) ID, or a domain: ',
  uri: '[http://localhost]: ',
  secret: '(not shown): ',
  store: 'fix it\n[1]: ',
  run: 'the portal\n[1]: ',
  now: 'nothing is saved\n[1]: ',
} as const

/** A sandbox, and for each test a machine on which nothing is set up. */
export interface NotSetUp {
  sandbox: SandboxProcess
  world: World
  /** Runs `od-link setup` where nobody can be asked. @param input what is on standard input. */
  setup: (flags: string[], input?: string, env?: NodeJS.ProcessEnv) => Promise<Outcome>
  /** What is saved in config.json. */
  settings: () => Record<string, unknown>
}

export function useNotSetUp(): NotSetUp {
  const at = {
    setup: (flags, input, env = {}) =>
      at.world.run(['setup', ...flags], { env, ...(input === undefined ? {} : { input }) }),
    settings: () => JSON.parse(kept(at.world)['config.json'] ?? '{}'),
  } as NotSetUp
  beforeAll(async () => {
    at.sandbox = await startSandbox()
  })
  afterAll(() => at.sandbox?.stop())
  beforeEach(() => {
    at.world = newWorld(at.sandbox, undefined, { OD_LINK_CLIENT_ID: undefined })
  })
  afterEach(() => at.world.remove())
  return at
}
