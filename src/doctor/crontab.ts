/* The environment in which cron starts a job, and the line for the crontab. */

import { existsSync, realpathSync } from 'node:fs'
import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import { configDir } from '../settings/directory.ts'
import { environment, variable } from '../settings/environment.ts'
import { homeDirectory } from '../system/home.ts'
import { posixQuote } from '../text/shell-quote.ts'

export type Environment = Record<string, string>

/** The variables that cron sets for a job: crontab(5) of Debian; the same in cronie. */
export function cronEnvironment(): Environment {
  const { name, home } = loginOf()
  return { HOME: home, LOGNAME: name, SHELL: '/bin/sh', PATH: '/usr/bin:/bin' }
}

/** From the password file, as cron does it; from the environment in a container without a line for this user. */
function loginOf(): { name: string; home: string } {
  try {
    const { username, homedir: home } = userInfo()
    return { name: username, home }
  } catch {
    return { name: environment().LOGNAME ?? String(process.getuid?.()), home: homeDirectory() ?? '/' }
  }
}

/** Variables that decide where links are and how Microsoft is reached; cron does not set them. */
const needed = [
  'OD_LINK_STORE',
  'OD_LINK_ON_SIGNIN_NEEDED',
  'XDG_CONFIG_HOME',
  'GNUPGHOME',
  'PASSWORD_STORE_DIR',
  'https_proxy',
  'HTTPS_PROXY',
  'all_proxy',
  'ALL_PROXY',
  'no_proxy',
  'NO_PROXY',
  'NODE_EXTRA_CA_CERTS',
] as const

/** The variables of this environment that the crontab line has to set. */
export function variablesForCron(): Environment {
  const variables = environment()
  const [home, login] = [homeDirectory(), loginOf()]
  const keyFile = variable('OD_LINK_KEY_FILE')
  const set = needed.flatMap((name) => (variables[name] ? [[name, variables[name]]] : []))
  return {
    ...(home && home !== login.home && { HOME: home }),
    // As absolute paths, because cron starts jobs in another directory.
    ...(variable('OD_LINK_CONFIG_DIR') && { OD_LINK_CONFIG_DIR: configDir() }),
    ...(keyFile && { OD_LINK_KEY_FILE: resolve(keyFile) }),
    ...Object.fromEntries(set),
  }
}

export interface Programs {
  node: string
  odLink: string
}

/** Node and od-link, by absolute paths. */
export function programs(): Programs {
  return { node: steadyNode(process.execPath), odLink: realpathSync(process.argv[1] ?? '') }
}

/** A folder named after a version, as version managers and Homebrew have them, or one for a single run. */
const versionedFolder = /[/\\](v?\d+\.\d+\.\d+[^/\\]*|_npx|fnm_multishells)[/\\]/

/** Whether the next upgrade removes a path. */
export function endsWithUpgrade(path: string): boolean {
  return versionedFolder.test(path)
}

/** The same Node by a path that survives upgrades, if there is one: Homebrew's is a link to that of a version. */
function steadyNode(path: string): string {
  if (!endsWithUpgrade(path)) return path
  const links = ['/usr/bin/node', '/usr/local/bin/node', '/opt/homebrew/bin/node']
  return links.find((link) => existsSync(link) && realpathSync(link) === path) ?? path
}

/**
 * A line for `crontab -e` that creates a folder named after the day, every night at three.
 * @param account the value of `--account`, if the account is not the default.
 */
export function crontabLine({ node, odLink }: Programs, variables: Environment, account?: string): string {
  const words = [
    ...Object.entries(variables).map(([name, value]) => `${name}=${posixQuote(shown(name, value))}`),
    ...[node, odLink, 'mkdir', '-p', ...(account === undefined ? [] : ['--account', account])].map(
      posixQuote,
    ),
    '"/Backups/$(date +%F)"',
  ]
  // For cron, % ends the line, even in quotes; crontab(5).
  return `0 3 * * *  ${words.join(' ').replaceAll('%', '\\%')}`
}

const proxy = /^(https|all)_proxy$/i
const credentials = /^((?:\w+:\/\/)?).+@/

function shown(name: string, value: string): string {
  return proxy.test(name) ? value.replace(credentials, '$1USER:PASSWORD@') : value
}

/** The first variable with credentials that the person has to fill in. */
export function withCredentials(variables: Environment): string | undefined {
  return Object.keys(variables).find((name) => proxy.test(name) && credentials.test(variables[name] ?? ''))
}
