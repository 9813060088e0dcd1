import { sanitize } from './sanitize.ts'

/**
 * Words of a command that a person is to paste: the one place that quotes. Which shell that will be is known on POSIX
 * systems (all of them are quoted alike) and in Git Bash; on Windows it is cmd or PowerShell, and nobody can tell, so a
 * command is offered only where it means the same to both.
 */
export type ShellKind = 'posix' | 'windows'

/** For whom commands are quoted here. Git Bash sets MSYSTEM. */
export function shellHere(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
): ShellKind {
  return platform === 'win32' && !env.MSYSTEM ? 'windows' : 'posix'
}

/** A path to show in the place of one that the person has to choose: `/path/to/ca.pem`, `C:\path\to\ca.pem`. */
export function examplePath(end: string, shell = shellHere()): string {
  const path = `/path/to/${end}`
  return shell === 'posix' ? path : `C:${path.replaceAll('/', '\\')}`
}

/**
 * How a variable is set for the commands that follow: `NAME=value`, and on Windows as cmd and as PowerShell have it.
 * @param value without spaces and quotes, or nothing to unset it.
 */
export function variableHint(name: string, value = '', shell = shellHere()): string {
  if (shell === 'posix') return value ? `${name}=${value}` : `unset ${name}`
  return `set ${name}=${value} (in PowerShell: $env:${name} = ${powershellQuote(value)})`
}

/**
 * A command line of these words.
 * @returns nothing where one of them cannot be quoted here, or would not be shown as it is: the name that a person
 *   would paste then is another one.
 */
export function commandLine(words: readonly string[], shell = shellHere()): string | undefined {
  const quoted = words.map((word) => shellQuote(word, shell))
  return quoted.includes(undefined) ? undefined : quoted.join(' ')
}

function shellQuote(text: string, shell: ShellKind): string | undefined {
  if (sanitize(text) !== text) return undefined
  return shell === 'posix' ? posixQuote(text) : windowsQuote(text)
}

/**
 * A word for sh, bash, zsh and fish. In front, `=` and `%` mean something to zsh and fish; and fish reads a backslash
 * between single quotes, so that it stands outside of them.
 */
export function posixQuote(text: string): string {
  if (/^[\w@+:,./-][\w@%+=:,./-]*$/.test(text)) return text
  return `'${text.replace(/['\\]/g, (one) => `'\\${one}'`)}'`
}

/** A word for PowerShell alone, to which four typographic characters are single quotes, too. */
export function powershellQuote(text: string): string {
  return `'${text.replace(/['\u2018-\u201b]/g, '$&$&')}'`
}

/**
 * A word that cmd and PowerShell read alike. Between double quotes, cmd reads % ! ^ (and & | < > where a batch file is
 * in between), PowerShell reads $ and ` and takes three typographic characters for double quotes; a backslash before a
 * quote belongs to it for the program that is started.
 */
function windowsQuote(text: string): string | undefined {
  if (/^([A-Za-z0-9_/][\w./:\\+=-]*|--?[\w-]+)$/.test(text)) return text
  return /["%!^&|<>$`\0-\x1f\x7f\u201c-\u201e]|\\$/.test(text) ? undefined : `"${text}"`
}
