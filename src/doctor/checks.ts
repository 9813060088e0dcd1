import type { Account } from '../accounts/account.ts'
import { firstSignIn, listAccounts } from '../accounts/index.ts'
import { savedSettings, setting } from '../settings/index.ts'
import { hintOf } from '../text/next-step.ts'
import { checkDrive, drivesToCheck } from './drives.ts'
import { type CheckResult, type Finding, type Limit, runCheck } from './finding.ts'
import { checkLink, nameInReport } from './links.ts'
import { checkRegistrationSettings, checkSettings, checkStore, storesInUse } from './local-state.ts'
import { checkBrowser, checkNativeModule, checkNode, checkPorts } from './machine.ts'
import { checkAuthority, checkClock, checkGraph, checkProxy } from './network.ts'

/** What the checks of one run know. */
export interface Context {
  offline: boolean
  /** The account to check; if undefined, all linked accounts. */
  account: Account | undefined
  /** The findings of an earlier check of the table, when it is done. */
  earlier: (name: string) => Promise<Finding[]>
}

interface Check {
  /** For programs. */
  name: string
  /** For people. */
  title: string
  limit: Limit
  /** What the check needs. If that is missing, it reports so and does nothing. */
  needs?: readonly ('settings' | 'network')[]
  run: (context: Context) => CheckResult | Promise<CheckResult | Finding[]>
}

const local: Limit = { ms: 5_000, late: 'internal' }
const online: Limit = { ms: 8_000, late: 'network' }
/** At a terminal, a person may have to unlock the keychain, which has a limit of its own. */
const store: Limit = { ms: process.stderr.isTTY ? 35_000 : 10_000, late: 'keychain' }
const link: Limit = { ms: 15_000, late: 'network' }
/** For checks that wait for the store. */
const afterStore: Limit = { ms: store.ms + link.ms + 1_000, late: 'keychain' }

/** The checks, in the order of the report. All start at once; one that needs an earlier one waits for it. To add one: a line here. */
export const checks = [
  { name: 'node', title: 'Node', limit: local, run: checkNode },
  { name: 'native-module', title: 'Native module', limit: local, run: checkNativeModule },
  {
    name: 'store',
    title: 'Store',
    limit: afterStore,
    needs: ['settings'],
    run: () => Promise.all(storesInUse().map((name) => runCheck(store, () => checkStore(name), name))),
  },
  { name: 'settings', title: 'Settings', limit: local, run: checkSettings },
  {
    name: 'registration',
    title: 'Registration',
    limit: afterStore,
    needs: ['settings'],
    run: (context) =>
      checkRegistrationSettings(
        async () => (await storeWorks(context, setting('store') ?? 'keychain')) === true,
      ),
  },
  { name: 'ports', title: 'Ports', limit: local, needs: ['settings'], run: checkPorts },
  { name: 'browser', title: 'Browser', limit: local, run: checkBrowser },
  { name: 'proxy', title: 'Proxy', limit: local, needs: ['settings'], run: checkProxy },
  {
    name: 'authority',
    title: 'Sign-in',
    limit: online,
    needs: ['settings', 'network'],
    run: checkAuthority,
  },
  { name: 'graph', title: 'Graph', limit: online, needs: ['settings', 'network'], run: checkGraph },
  {
    name: 'clock',
    title: 'Clock',
    limit: { ...online, ms: online.ms + 1_000 },
    needs: ['network'],
    run: async (context) => {
      await Promise.all([context.earlier('authority'), context.earlier('graph')])
      return checkClock()
    },
  },
  { name: 'link', title: 'Link', limit: afterStore, needs: ['settings'], run: checkLinks },
  {
    name: 'drive',
    title: 'Saved drive',
    limit: { ...afterStore, ms: afterStore.ms + link.ms },
    needs: ['settings'],
    run: checkDrives,
  },
] as const satisfies readonly Check[]

async function checkLinks(context: Context): Promise<CheckResult | Finding[]> {
  const accounts = context.account ? [context.account] : listAccounts()
  if (accounts.length === 0)
    return { notChecked: `no OneDrive is linked yet; ${hintOf([firstSignIn('to link one:')])}` }
  return Promise.all(
    accounts.map(async (account) => {
      const usable = (await storeWorks(context, account.store)) !== false
      const unusable = { notChecked: `not checked, because its store (${account.store}) does not work` }
      return runCheck(
        link,
        () => (usable ? checkLink(account, context.offline) : unusable),
        nameInReport(account),
      )
    }),
  )
}

/** After the links, which renew their tokens. A drive whose link does not work is not checked. */
async function checkDrives(context: Context): Promise<Finding[]> {
  const links = await context.earlier('link')
  return Promise.all(
    drivesToCheck(context.account).map((owned) => {
      const isUsable = links.find(({ subject }) => subject === nameInReport(owned.account))?.ok !== false
      const unusable = { notChecked: 'not checked, because its link does not work' }
      const check = () => (isUsable ? checkDrive(owned, context.offline) : unusable)
      return runCheck(link, check, owned.drive.name)
    }),
  )
}

/** Whether a store works; undefined if it was not checked. */
async function storeWorks(context: Context, store: string): Promise<boolean | null | undefined> {
  return (await context.earlier('store')).find(({ subject }) => subject === store)?.ok
}

/** Runs one check of the table. */
export function findingsOf(check: Check, context: Context): Promise<Finding[]> {
  const missing = missingFor(check, context)
  let several: Finding[] | undefined
  const one = runCheck(check.limit, async () => {
    const result = missing ?? (await check.run(context))
    if (!Array.isArray(result)) return result
    several = result
    return ''
  })
  return one.then((finding) => several ?? [finding])
}

function missingFor({ needs = [] }: Check, { offline }: Context): CheckResult | undefined {
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
