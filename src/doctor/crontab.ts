/* The world that cron starts a job in, and the line that a person puts into the crontab. */

import { existsSync, realpathSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { configDir } from '../settings/directory.ts'
import { posixQuote } from '../text/shell-quote.ts'

export type Environment = Record<string, string>

/** What cron gives to a job, and no more: crontab(5) of Debian, the same in cronie. */
export function cronEnvironment(): Environment {
  const { name, home } = loginOf()
  return { HOME: home, LOGNAME: name, SHELL: '/bin/sh', PATH: '/usr/bin:/bin' }
}

/** By the password file, as cron sees it; in a container that has no line for this user, by the environment. */
function loginOf(): { name: string; home: string } {
  try {
    const { username, homedir: home } = userInfo()
    return { name: username, home }
  } catch {
    return { name: process.env.LOGNAME ?? String(process.getuid?.()), home: homedir() }
  }
}

/** Variables that decide where links are and how Microsoft is reached, and that cron knows nothing of. */
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

/** What of this environment the line has to bring along. */
export function broughtAlong(): Environment {
  const set = needed.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))
  return {
    ...(homedir() !== loginOf().home && { HOME: homedir() }),
    // Absolute: cron starts in another directory.
    ...(process.env.OD_LINK_CONFIG_DIR && { OD_LINK_CONFIG_DIR: configDir() }),
    ...Object.fromEntries(set),
  }
}

export interface Programs {
  node: string
  odLink: string
}

/** Node and od-link, by paths that hold wherever they are started from. */
export function programs(): Programs {
  return { node: steadyNode(process.execPath), odLink: realpathSync(process.argv[1] ?? '') }
}

/** A folder named after a version, as version managers and Homebrew have them, or one made for a single run. */
const passingFolder = /[/\\](v?\d+\.\d+\.\d+[^/\\]*|_npx|fnm_multishells)[/\\]/

/** Whether the next upgrade takes a path away. */
export function endsWithUpgrade(path: string): boolean {
  return passingFolder.test(path)
}

/** The same node by a path that outlives upgrades, where there is one: Homebrew's is a link to that of a version. */
function steadyNode(path: string): string {
  if (!endsWithUpgrade(path)) return path
  const links = ['/usr/bin/node', '/usr/local/bin/node', '/opt/homebrew/bin/node']
  return links.find((link) => existsSync(link) && realpathSync(link) === path) ?? path
}

/**
 * A line for `crontab -e`: every night at three, a folder with the name of the day.
 * @param account what to pass to `--account`, where cron would not choose it by itself.
 */
export function crontabLine({ node, odLink }: Programs, brought: Environment, account?: string): string {
  const words = [
    ...Object.entries(brought).map(([name, value]) => `${name}=${posixQuote(shown(name, value))}`),
    ...[node, odLink, 'mkdir', '-p', ...(account === undefined ? [] : ['--account', account])].map(
      posixQuote,
    ),
    '"/Backups/$(date +%F)"',
  ]
  // To cron a % is the end of the line, even in quotes; crontab(5).
  return `0 3 * * *  ${words.join(' ').replaceAll('%', '\\%')}`
}

const proxy = /^(https|all)_proxy$/i
const credentials = /^((?:\w+:\/\/)?).+@/

function shown(name: string, value: string): string {
  return proxy.test(name) ? value.replace(credentials, '$1USER:PASSWORD@') : value
}

/** The first variable whose credentials the person has to fill in. */
export function withCredentials(brought: Environment): string | undefined {
  return Object.keys(brought).find((name) => proxy.test(name) && credentials.test(brought[name] ?? ''))
}
