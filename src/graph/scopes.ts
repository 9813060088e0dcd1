import type { Asked } from './answer.ts'

/*
 * Which scopes a request needs. Granted scopes are written short or with the resource in front, in any case:
 * `Files.ReadWrite`, `https://graph.microsoft.com/Files.ReadWrite`.
 * https://learn.microsoft.com/en-us/graph/permissions-reference
 */

/** Each scope, and the wider ones that include it. */
const included: Record<string, readonly string[]> = {
  'Files.ReadWrite': [
    'Files.ReadWrite.All',
    'Sites.ReadWrite.All',
    'Sites.Manage.All',
    'Sites.FullControl.All',
  ],
  'Files.ReadWrite.All': ['Sites.ReadWrite.All', 'Sites.Manage.All', 'Sites.FullControl.All'],
  'Sites.Read.All': ['Sites.ReadWrite.All', 'Sites.Manage.All', 'Sites.FullControl.All'],
  'Sites.ReadWrite.All': ['Sites.Manage.All', 'Sites.FullControl.All'],
}

/** The scope that the granted ones must include for creating folders in one's own drive. */
export const ownDriveScope = 'Files.ReadWrite'

/** The scope for the drives of others, whatever the account. */
export const otherDrivesScope = 'Files.ReadWrite.All'
/** The scope for looking up a site by its address, and its libraries. Only work accounts have it. */
export const sitesScope = 'Sites.Read.All'

/** Whether the granted scopes include this one. @param granted separated by spaces. */
export function includesScope(granted: string, scope: string): boolean {
  const names = granted.split(/\s+/).map((one) => one.slice(one.lastIndexOf('/') + 1).toLowerCase())
  return [scope, ...(included[scope] ?? [])].some((one) => names.includes(one.toLowerCase()))
}

/** The scope that a request to a drive needs; undefined for anything else of Graph. */
function scopeFor(path: string): string | undefined {
  if (/^\/me\/drive(\/|\?|$)/.test(path)) return ownDriveScope
  if (/^\/(drives|shares|users\/[^/]+\/drive|groups\/[^/]+\/drive)(\/|\?|$)/.test(path))
    return otherDrivesScope
  return /^\/sites(\/|\?|$)/.test(path) ? 'Sites.ReadWrite.All' : undefined
}

/**
 * The scope that a refused request lacks; undefined where the granted scope is wide enough, or nothing is known.
 * A personal account reaches what others share with it by Files.ReadWrite as well.
 * https://learn.microsoft.com/en-us/onedrive/developer/rest-api/concepts/permissions_reference
 */
export function missingScope({ path, caller }: Asked): string | undefined {
  const needed = scopeFor(path)
  if (!needed || !caller) return undefined
  const scope = caller.account.kind === 'personal' ? ownDriveScope : needed
  return includesScope(caller.grantedScope, scope) ? undefined : scope
}
