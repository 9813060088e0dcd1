import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openBrowser } from '../../src/signin/browser.ts'
import type { Environment } from '../../src/signin/environment.ts'
import { putProgram } from '../helpers/system/put-program.ts'

let dir: string
const { BROWSER, XDG_CURRENT_DESKTOP } = process.env
const setEnv = (variables: Record<string, string | undefined>) => {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
}
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'od-link-browser-'))
})
afterEach(() => {
  setEnv({ BROWSER, XDG_CURRENT_DESKTOP })
  rmSync(dir, { recursive: true, force: true })
})

const url = 'https://login.example/authorize?a=b'
const here = (command: string | undefined, isWsl = false): Environment => ({
  browser: command === undefined ? undefined : { command, variable: 'BROWSER' },
  hasDisplay: true,
  ssh: undefined,
  isWsl,
  place: undefined,
})
/** A browser that writes down what a line of the shell prints. */
function noting(line: string): { path: string; noted: () => Promise<string> } {
  const [path, note] = [join(dir, 'browser'), join(dir, 'note')]
  putProgram(path, `{ ${line}; } > '${note}.draft'; mv '${note}.draft' '${note}'`)
  return {
    path,
    async noted() {
      await expect.poll(() => existsSync(note)).toBe(true)
      return readFileSync(note, 'utf8')
    },
  }
}

describe('the browser that a variable names', () => {
  it('gets the address where the command says, once for each place', async () => {
    const { path, noted } = noting(`printf '%s|' "$@"`)
    expect(await openBrowser(url, here(`${path} --one %s --two %s`), (local) => local)).toBeUndefined()
    expect(await noted()).toBe(`--one|${url}|--two|${url}|`)
  })

  it.runIf(process.platform === 'linux')(
    'outlives the terminal, writes nothing there and reads nothing from it',
    async () => {
      // Behind the command's name: state, parent, process group, session (proc(5)).
      const { path, noted } = noting(
        `sed 's/.*) //' /proc/$$/stat | cut -d' ' -f3,4; echo $$; for one in 0 2; do readlink /proc/$$/fd/$one; done`,
      )
      expect(await openBrowser(url, here(path), (local) => local)).toBeUndefined()
      const [groups, pid, ...streams] = (await noted()).trim().split('\n')
      expect(groups).toBe(`${pid} ${pid}`)
      expect(streams).toEqual(['/dev/null', '/dev/null'])
    },
  )
})

describe.runIf(process.platform === 'linux')('the system’s browser, where no variable names one,', () => {
  it.each([
    ['gets the local address that leads on', false, 'http://localhost:5000/start/x'],
    ['gets the address itself where it is that of Windows', true, url],
  ])('%s', async (_, isWsl, address) => {
    const { path, noted } = noting(`printf '%s' "$1"`)
    setEnv({ BROWSER: path, XDG_CURRENT_DESKTOP: 'X-Generic' })
    const opened = openBrowser(url, here(undefined, isWsl), (to) => {
      expect(to).toBe(url)
      return 'http://localhost:5000/start/x'
    })
    expect(await opened).toBeUndefined()
    expect(await noted()).toBe(address)
  })
})
