/* The checks of the machine itself. */

import { createServer } from 'node:http'
import { version } from '../../package.json'
import { defaultRedirectUri } from '../identity/portal.ts'
import { type ListenAddress, readRedirect } from '../registration/redirect-uri.ts'
import { setting } from '../settings/index.ts'
import { detectEnvironment } from '../signin/environment.ts'
import { bindLoopback } from '../signin/loopback.ts'
import { chooseMethod } from '../signin/methods.ts'
import type { CheckResult } from './finding.ts'

/** Whether this Node is one that od-link supports. */
export function checkNode(): CheckResult {
  const { version: node, execPath, platform, arch } = process
  return `${node} at ${execPath}, ${platform} ${arch}; od-link ${version}`
}

/** The module that macOS and Windows need for their keychains. */
export async function checkNativeModule(): Promise<CheckResult> {
  if (process.platform === 'linux') return 'not needed; od-link uses the Secret Service over D-Bus'
  const { loadKeyring } = await import('../accounts/stores/keychain/native.ts')
  loadKeyring(process.platform)
  return '@napi-rs/keyring loads'
}

/** Whether od-link can listen for the browser on this machine. */
export async function checkPorts(): Promise<CheckResult> {
  const { host, port } = listenAddress()
  const { servers } = await bindLoopback(() => createServer(), { host, port })
  for (const server of servers) server.close()
  const hosts = host === 'localhost' ? (servers.length > 1 ? '127.0.0.1 and ::1' : '127.0.0.1') : host
  const without = host === 'localhost' && servers.length === 1 ? '; this machine has no ::1' : ''
  return port === undefined
    ? `od-link can listen on ${hosts}${without}`
    : `port ${port} of the redirect URI is free on ${hosts}${without}`
}

/** An invalid redirect URI is reported by the check of the registration. */
function listenAddress(): ListenAddress {
  try {
    return readRedirect(setting('redirect-uri') ?? defaultRedirectUri, setting('listen')).listen
  } catch {
    return { host: 'localhost', port: undefined }
  }
}

/** How a login would work here. Shows only the first word of a browser command, because its arguments may be private. */
export function checkBrowser(): CheckResult {
  const here = detectEnvironment()
  const { name, because } = chooseMethod(here, { device: false, noBrowser: false })
  if (name !== 'browser') return { notChecked: `login will print a URL to open: ${because}` }
  const command = here.browser ? ` (${here.browser.command.split(' ')[0]})` : ''
  return `login will use the browser: ${because}${command}`
}
