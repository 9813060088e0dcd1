import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { clientSecretVariable, environmentWithout } from '../system/child-process.ts'
import type { Environment } from './environment.ts'

/** A program that cannot open a browser fails soon; one that keeps running is taken for the browser. */
const earlyMs = 700

/**
 * From WSL, the package `open` waits until Windows PowerShell has ended. A cold start of it takes some seconds; one that an
 * antivirus program or a slow profile disk holds up may never end.
 */
const powershellMs = 10_000

/**
 * What opens a URL in the default browser. The package `open` would start the same programs, but hands them the whole
 * environment, with the client secret in it; so it is used only from WSL, whose environment Windows does not inherit.
 */
const systemOpeners: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/**
 * Opens a URL in the person's browser: with the command that the environment names, otherwise with the system's default
 * (from WSL, that of Windows). The URL has been printed before, so nothing here is fatal.
 * @param startAddress makes a local URL that leads there, for the command line of the system's browser, which other users
 * can read. A command of the person's own gets the URL itself, as does Windows around WSL, which may not reach this side.
 * @param limitMs how long Windows PowerShell may take to open it.
 * @returns why no browser was opened, or undefined when one was started.
 */
export async function openBrowser(
  url: string,
  { browser, isWsl }: Environment,
  startAddress: (url: string) => string,
  limitMs = powershellMs,
): Promise<string | undefined> {
  try {
    if (browser) return await run(wordsOf(browser.command), url)
    if (!isWsl) return await run(systemOpeners[process.platform] ?? ['xdg-open'], startAddress(url))
    const { default: open } = await import('open')
    const late = sleep(limitMs, undefined, { ref: false })
    const child = await Promise.race([open(url), late])
    return child ? await earlyEnd(child) : 'PowerShell did not respond'
  } catch (error) {
    return (error as Error).message
  }
}

async function run([command = '', ...args]: string[], url: string): Promise<string | undefined> {
  // By the convention of BROWSER, `%s` stands for the URL; OD_LINK_BROWSER gets it as the last argument.
  const withUrl = args.includes('%s') ? args.map((arg) => (arg === '%s' ? url : arg)) : [...args, url]
  const env = environmentWithout(clientSecretVariable)
  const child = spawn(command, withUrl, { detached: true, stdio: 'ignore', env })
  await once(child, 'spawn')
  child.unref()
  return earlyEnd(child)
}

/** Why the program failed, if it did so at once: xdg-open exits with 3 when there is no browser. */
async function earlyEnd(child: ReturnType<typeof spawn>): Promise<string | undefined> {
  // Without a listener, a browser that cannot be started would crash od-link.
  child.on('error', () => {})
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  const code = child.exitCode ?? (await Promise.race([ended, sleep(earlyMs, undefined, { ref: false })]))
  return code ? `${child.spawnfile.split(/[\\/]/).pop()} failed (exit code ${code})` : undefined
}

/** A command line split at spaces outside quotes; no shell sees it, so nothing in the URL can run as a command. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  )
}
