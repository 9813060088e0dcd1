import { userInfo } from 'node:os'
import { isAbsolute } from 'node:path'

/**
 * The person's home directory: from the variable, else from the password file. An empty or relative variable counts as
 * unset, as it would depend on the current directory.
 * @returns undefined for a user ID that has none, as in many containers.
 */
export function homeDirectory(): string | undefined {
  const home = process.env[process.platform === 'win32' ? 'USERPROFILE' : 'HOME']
  return home && isAbsolute(home) ? home : passwordFileHome()
}

function passwordFileHome(): string | undefined {
  try {
    return userInfo().homedir || undefined
  } catch {
    return undefined
  }
}
