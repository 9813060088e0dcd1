import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasKeyring, type Keyring, startKeyring } from '../../test/helpers/keychain/keyring.ts'
import { itemsOf } from '../../test/helpers/keychain/keyring-items.ts'
import { hasPass, newPass, type Pass } from '../../test/helpers/keychain/pass.ts'
import { type SandboxProcess, startSandbox } from '../../test/helpers/microsoft/sandbox.ts'
import { newWorld, type World } from '../../test/helpers/program/world.ts'
import { hasRealPart } from '../../test/helpers/system/real-part.ts'

/** The stores with a real backend. */
export const stores = ['file', 'keychain', 'helper:pass'] as const
export type StoreName = (typeof stores)[number]

/** A sandbox and all real stores. */
export interface Machine {
  sandbox: SandboxProcess
  /** A person's environment on it. @param store the chosen store; default: none chosen. */
  newWorld: (store?: StoreName) => World
  /** The number of entries in a store. Except for files, stores are shared by all worlds. */
  count: (store: StoreName, world: World) => number
  /** Restarts the keyring daemon if it has crashed. @returns whether it had. */
  revive: () => Promise<boolean>
  /** A folder for other files of a run. */
  dir: string
  stop: () => Promise<void>
}

/** Whether all real parts are installed. */
export function hasMachine(): boolean {
  return hasKeyring() && hasPass() && hasRealPart('setsid', 'killing a process with all that it started')
}

export async function startMachine(): Promise<Machine> {
  const dir = mkdtempSync(join(tmpdir(), 'od-link-crash-'))
  const [sandbox, keyring] = await Promise.all([startSandbox(), startKeyring()])
  const pass = newPass()
  return {
    sandbox,
    dir,
    newWorld: (store) =>
      newWorld(sandbox, keyring, { ...pass.env, ...(store ? { OD_LINK_STORE: store } : {}) }),
    count: (store, world) => counts[store](world, keyring, pass),
    revive: keyring.revive,
    stop: async () => {
      pass.remove()
      await Promise.all([sandbox.stop(), keyring.stop()])
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

const counts: Record<StoreName, (world: World, keyring: Keyring, pass: Pass) => number> = {
  file: ({ dir }) => filesIn(join(dir, 'settings', 'links')),
  keychain: (_, keyring) => itemsOf(keyring).length,
  'helper:pass': (_, __, pass) => pass.urls().length,
}

/** Drafts count as well: they contain tokens. */
function filesIn(folder: string): number {
  try {
    return readdirSync(folder).length
  } catch {
    return 0
  }
}
