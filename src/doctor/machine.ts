import { createServer } from 'node:http'
import { version } from '../../package.json'
import { setting } from '../settings.ts'
import { chooseBrowser } from '../signin/browser.ts'
import { bindLoopback } from '../signin/loopback.ts'
import { parseRedirectUri, type Redirect } from '../signin/registration.ts'
import type { Told } from './finding.ts'

/** The checks of the machine itself. */

export function checkNode(): Told {
  const { version: node, execPath, platform, arch } = process
  return `${node} at ${execPath}, ${platform} ${arch}; od-link ${version}`
}

/** The module that macOS and Windows need for their keychains. */
export async function checkNativeModule(): Promise<Told> {
  if (process.platform === 'linux') return 'none is needed: the Secret Service is spoken to over D-Bus'
  const { nativeKeychain } = await import('../accounts/native-keychain.ts')
  nativeKeychain('od-link', 0)
  return '@napi-rs/keyring loads'
}

/** Whether a browser could come back to this machine. */
export async function checkPorts(): Promise<Told> {
  const redirect = redirectOrDefault()
  const { servers } = await bindLoopback(() => createServer(), redirect)
  for (const server of servers) server.close()
  const hosts = servers.length > 1 ? '127.0.0.1 and ::1' : '127.0.0.1'
  const without = redirect.host === 'localhost' && servers.length === 1 ? '; there is no ::1 here' : ''
  return redirect.port === undefined
    ? `${hosts} can be listened on${without}`
    : `port ${redirect.port} of the redirect URI is free, on ${hosts}${without}`
}

/** A redirect URI that cannot be read is told by the check of the registration. */
function redirectOrDefault(): Redirect {
  try {
    return parseRedirectUri(setting('redirect-uri') ?? 'http://localhost')
  } catch {
    return { host: 'localhost', port: undefined, path: '' }
  }
}

/** What login would open. Of a command its first word alone is shown: who knows what else it was given. */
export function checkBrowser(): Told {
  const choice = chooseBrowser()
  if ('none' in choice) return { notChecked: `none is opened: ${choice.none}; login shows the address` }
  if ('system' in choice) return "the system's default browser"
  return `${choice.command[0] ?? ''} (${choice.variable})`
}
