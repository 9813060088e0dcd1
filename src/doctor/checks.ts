import type { Account } from '../accounts/account.ts'
import { listAccounts } from '../accounts/index.ts'
import { savedSettings, setting } from '../settings/index.ts'
import { type CheckResult, type Finding, type Limit, runCheck } from './finding.ts'
import { checkLink, nameInReport } from './links.ts'
import { checkRegistrationSettings, checkSettings, checkStore, storesInUse } from './local-state.ts'
import { checkBrowser, checkNativeModule, checkNode, checkPorts } from './machine.ts'
import { checkAuthority, checkClock, checkGraph, checkProxy } from './network.ts'

/** One run of the doctor. */
export interface Context {
  offline: boolean
  /** The one account to look at; without it, every linked one. */
  account: Account | undefined
  /** What an earlier check of the table has found, once it has. */
  earlier: (name: string) => Promise<Finding[]>
}

interface Check {
  /** For programs. */
  name: string
  /** For people. */
  title: string
  limit: Limit
  /** What it cannot do without: where that is missing, it says so and does nothing. */
  needs?: readonly ('settings' | 'network')[]
  look: (context: Context) => CheckResult | Promise<CheckResult | Finding[]>
}

const local: Limit = { ms: 5_000, late: 'internal' }
const online: Limit = { ms: 8_000, late: 'network' }
/** With a terminal, a person may have to unlock the keychain, which has a limit of its own. */
const store: Limit = { ms: process.stderr.isTTY ? 35_000 : 10_000, late: 'keychain' }
const link: Limit = { ms: 15_000, late: 'network' }
/** What waits for the store. */
const afterStore: Limit = { ms: store.ms + link.ms + 1_000, late: 'keychain' }

/** The checks, in the order of the report. All begin at once; one that needs an earlier one waits for it. */
export const checks = [
  { name: 'node', title: 'Node', limit: local, look: checkNode },
  { name: 'native-module', title: 'Native module', limit: local, look: checkNativeModule },
  {
    name: 'store',
    title: 'Store',
    limit: afterStore,
    needs: ['settings'],
    look: () => Promise.all(storesInUse().map((name) => runCheck(store, () => checkStore(name), name))),
  },
  { name: 'settings', title: 'Settings', limit: local, look: checkSettings },
  {
    name: 'registration',
    title: 'Registration',
    limit: afterStore,
    needs: ['settings'],
    look: (context) =>
      checkRegistrationSettings(
        async () => (await storeWorks(context, setting('store') ?? 'keychain')) === true,
      ),
  },
  { name: 'ports', title: 'Ports', limit: local, needs: ['settings'], look: checkPorts },
  { name: 'browser', title: 'Browser', limit: local, look: checkBrowser },
  { name: 'proxy', title: 'Proxy', limit: local, needs: ['settings'], look: checkProxy },
  {
    name: 'authority',
    title: 'Sign-in',
    limit: online,
    needs: ['settings', 'network'],
    look: checkAuthority,
  },
  { name: 'graph', title: 'Graph', limit: online, needs: ['settings', 'network'], look: checkGraph },
  {
    name: 'clock',
    title: 'Clock',
    limit: { ...online, ms: online.ms + 1_000 },
    needs: ['network'],
    look: async (context) => {
      await Promise.all([context.earlier('authority'), context.earlier('graph')])
      return checkClock()
    },
  },
  { name: 'link', title: 'Link', limit: afterStore, needs: ['settings'], look: lookAtLinks },
] as const satisfies readonly Check[]

async function lookAtLinks(context: Context): Promise<CheckResult | Finding[]> {
  const accounts = context.account ? [context.account] : listAccounts()
  if (accounts.length === 0) return { notChecked: 'no OneDrive is linked yet: od-link login' }
  return Promise.all(
    accounts.map(async (account) => {
      const usable = (await storeWorks(context, account.store)) !== false
      const unusable = { notChecked: `not checked, because its store (${account.store}) cannot be used` }
      return runCheck(
        link,
        () => (usable ? checkLink(account, context.offline) : unusable),
        nameInReport(account),
      )
    }),
  )
}

/** What was found of a store; undefined when nobody looked at it. */
async function storeWorks(context: Context, store: string): Promise<boolean | null | undefined> {
  return (await context.earlier('store')).find(({ subject }) => subject === store)?.ok
}

/** Runs one check of the table. */
export function findingsOf(check: Check, context: Context): Promise<Finding[]> {
  const missing = whatIsMissing(check, context)
  let several: Finding[] | undefined
  const one = runCheck(check.limit, async () => {
    const told = missing ?? (await check.look(context))
    if (!Array.isArray(told)) return told
    several = told
    return ''
  })
  return one.then((finding) => several ?? [finding])
}

function whatIsMissing({ needs = [] }: Check, { offline }: Context): CheckResult | undefined {
  if (needs.includes('network') && offline) return { notChecked: 'not checked (--offline)' }
  if (!needs.includes('settings')) return undefined
  try {
    savedSettings()
    listAccounts()
    return undefined
  } catch {
    return { notChecked: 'not checked, because the settings cannot be read' }
  }
}
