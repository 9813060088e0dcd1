import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { putProgram } from '../system/put-program.ts'

/** The system's browser, as `xdg-open` finds it: it records its URL, and stays open without loading it. */
export interface SystemBrowser {
  /** The environment that makes it the default browser. */
  env: NodeJS.ProcessEnv
  /** The address in its command line, once it was opened. */
  address: () => Promise<string>
  /** Its process. */
  pid: () => number
  close: () => unknown
}

/** @param dir where its program and its notes are. */
export function systemBrowser(dir: string): SystemBrowser {
  const [command, notes] = [join(dir, 'xdg-open'), join(dir, 'opened')]
  const written = `printf '%s %s' $$ "$1" > '${notes}.draft' && mv '${notes}.draft' '${notes}'`
  // For at most a minute, with the URL in the list of processes.
  putProgram(command, `${written}\nexec '${process.execPath}' -e 'setTimeout(Boolean, 60_000)' "$1"`)
  const seen = () => readFileSync(notes, 'utf8').split(' ')
  const pid = () => Number(seen()[0])
  return {
    env: { DISPLAY: ':0', OD_LINK_BROWSER: '', PATH: `${dir}:/usr/local/bin:/usr/bin:/bin` },
    async address() {
      for (let waited = 0; !existsSync(notes); waited += 20) {
        if (waited > 20_000) throw new Error('no browser was opened')
        await sleep(20)
      }
      return seen()[1] ?? ''
    },
    pid,
    close: () => existsSync(notes) && process.kill(pid()),
  }
}
