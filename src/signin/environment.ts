import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { environment } from '../settings/environment.ts'
import { posixQuote } from '../text/shell-quote.ts'

/** Where od-link runs, as far as it matters for how a person can sign in. */
export interface Environment {
  /** The command that opens a URL, from `OD_LINK_BROWSER` or `BROWSER`; "none" opens none. */
  browser: { command: string; variable: 'OD_LINK_BROWSER' | 'BROWSER' } | undefined
  /** Whether the person would see a browser of this machine: a display, or Windows around WSL. */
  hasDisplay: boolean
  /** Whether the system's browser is that of Windows. */
  isWsl: boolean
  ssh: SshSession | undefined
  /** An editor's remote window, a codespace or a container, in a person's words. */
  place: 'a codespace' | 'a dev container' | 'a remote window of VS Code' | 'a container' | undefined
}

export interface SshSession {
  /** How this machine is reached from the person's own, according to `SSH_CONNECTION`. */
  user: string
  host: string
  port: number
}

type Variables = Readonly<Record<string, string | undefined>>

/** @param exists whether a file exists; used for the marker files of container engines. */
export function detectEnvironment(
  env: Variables = environment(),
  platform: NodeJS.Platform = process.platform,
  exists: (path: string) => boolean = existsSync,
): Environment {
  const isWsl = platform === 'linux' && Boolean(env.WSL_DISTRO_NAME || env.WSL_INTEROP)
  return {
    browser: browserOf(env),
    hasDisplay: platform !== 'linux' || isWsl || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY),
    isWsl,
    ssh: sshOf(env),
    place: placeOf(env, exists),
  }
}

function browserOf({ OD_LINK_BROWSER, BROWSER: usual }: Variables): Environment['browser'] {
  const own = OD_LINK_BROWSER?.trim()
  if (own) return { command: own, variable: 'OD_LINK_BROWSER' }
  // It may list several, the preferred one first; the colon after a Windows drive letter separates nothing.
  const [first] = usual?.split(/:(?!\\)/) ?? []
  return first ? { command: first, variable: 'BROWSER' } : undefined
}

/** `SSH_CONNECTION` holds the client's address and port, then the server's (sshd(8), ssh(1) "ENVIRONMENT"). */
function sshOf({ SSH_CONNECTION: connection, SSH_TTY: terminal }: Variables): SshSession | undefined {
  const [, , host, port] = connection?.split(' ') ?? []
  if (host && /^[\da-f.:%\w-]+$/i.test(host)) return { user: userName(), host, port: Number(port) || 22 }
  return connection || terminal ? { user: userName(), host: 'THIS-MACHINE', port: 22 } : undefined
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A user ID without a name, as in many containers.
    return 'USER'
  }
}

/** VS Code and Codespaces set these variables in their terminals; container engines create the files. */
function placeOf(env: Variables, exists: (path: string) => boolean): Environment['place'] {
  if (env.CODESPACES === 'true') return 'a codespace'
  if (env.REMOTE_CONTAINERS || env.REMOTE_CONTAINERS_IPC || env.DEVCONTAINER) return 'a dev container'
  if (env.VSCODE_IPC_HOOK_CLI) return 'a remote window of VS Code'
  const marks = ['/.dockerenv', '/run/.containerenv']
  if (env.container || env.KUBERNETES_SERVICE_HOST || marks.some(exists)) return 'a container'
  return undefined
}

/**
 * What a person types on their own machine so that its browser reaches the listener here. Its shell is not known; a word
 * that needs no quotes is the same in all of them.
 */
export function tunnelCommand({ user, host, port }: SshSession, listenerPort: number): string {
  const through = `${listenerPort}:localhost:${listenerPort}`
  return `ssh -L ${through} ${posixQuote(`${user}@${host}`)}${port === 22 ? '' : ` -p ${port}`}`
}
