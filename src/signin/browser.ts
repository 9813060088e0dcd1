import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Opens an address in the person's browser, as well as it can: `OD_LINK_BROWSER`, `BROWSER`, else the system's
 * default. The address has been printed before, so nothing here is fatal.
 * @returns why no browser was opened, or undefined when one was started.
 */
export async function openBrowser(url: string): Promise<string | undefined> {
  const choice = chooseBrowser()
  try {
    if ('none' in choice) return choice.none
    if ('command' in choice) return await run(choice.command, url)
    const { default: open } = await import('open')
    const child = await open(url)
    // Without a listener, a browser that cannot be started would end od-link.
    child.on('error', () => {})
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** Which browser would be opened: the person's own command, as words, the system's default, or none and why. */
export function chooseBrowser():
  | { command: string[]; variable: string }
  | { system: true }
  | { none: string } {
  const variable = process.env.OD_LINK_BROWSER ? 'OD_LINK_BROWSER' : 'BROWSER'
  // BROWSER may list several, the best one first.
  const chosen = process.env.OD_LINK_BROWSER || process.env.BROWSER?.split(':')[0]
  if (chosen === 'none') return { none: 'the environment says "none"' }
  if (chosen) return { command: wordsOf(chosen), variable }
  const missing = whyNoDefault()
  return missing ? { none: missing } : { system: true }
}

/** Over SSH and without a display, `xdg-open` would start a text browser in this terminal, or hang. */
function whyNoDefault(): string | undefined {
  const { DISPLAY, WAYLAND_DISPLAY, SSH_CONNECTION, WSL_DISTRO_NAME } = process.env
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY && !WSL_DISTRO_NAME)
    return 'there is no display'
  if (process.platform !== 'linux' && SSH_CONNECTION) return 'this is an SSH session'
  return undefined
}

async function run([command = '', ...args]: string[], url: string): Promise<string | undefined> {
  // `%s` is the place of the address by the convention of BROWSER; OD_LINK_BROWSER gets it as the last argument.
  const withUrl = args.includes('%s') ? args.map((arg) => (arg === '%s' ? url : arg)) : [...args, url]
  const child = spawn(command, withUrl, { detached: true, stdio: 'ignore' })
  await once(child, 'spawn')
  child.on('error', () => {})
  child.unref()
  return undefined
}

/** A command line cut at spaces outside of quotes; no shell sees it, so nothing in the address can be a command. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  )
}
