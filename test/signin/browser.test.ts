import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openBrowser } from '../../src/signin/browser.ts'
import type { Environment } from '../../src/signin/environment.ts'
import { putProgram } from '../helpers/system/put-program.ts'

let dir: string
const { BROWSER, PATH, XDG_CURRENT_DESKTOP } = process.env
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
  setEnv({ BROWSER, PATH, XDG_CURRENT_DESKTOP, OD_LINK_CLIENT_SECRET: undefined })
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
    // The package open brings an xdg-open along, which takes the browser from BROWSER.
    symlinkSync(path, join(dir, 'xdg-open'))
    setEnv({ BROWSER: path, PATH: `${dir}:${PATH}`, XDG_CURRENT_DESKTOP: 'X-Generic' })
    const opened = openBrowser(url, here(undefined, isWsl), (to) => {
      expect(to).toBe(url)
      return 'http://localhost:5000/start/x'
    })
    expect(await opened).toBeUndefined()
    expect(await noted()).toBe(address)
  })
})

describe.runIf(process.platform === 'linux')('the client secret of the environment', () => {
  it.each([['the command of a variable'], ['the browser of the system']])(
    'is not seen by %s',
    async (which) => {
      const { path, noted } = noting('printenv OD_LINK_CLIENT_SECRET || echo none')
      symlinkSync(path, join(dir, 'xdg-open'))
      setEnv({ OD_LINK_CLIENT_SECRET: 'hush', PATH: `${dir}:${PATH}` })
      const command = which === 'the browser of the system' ? undefined : path
      expect(await openBrowser(url, here(command), (local) => local)).toBeUndefined()
      expect(await noted()).toBe('none\n')
    },
  )
})

describe('a command line in BROWSER', () => {
  const here = (command: string): Environment => ({
    browser: { command, variable: 'BROWSER' },
    hasDisplay: false,
    ssh: undefined,
    isWsl: false,
    place: undefined,
  })
  const script = (name: string, text: string) => {
    mkdirSync(join(dir, 'my bin'), { recursive: true })
    const path = join(dir, 'my bin', name)
    writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    return path
  }
  const url = 'https://login.example/?a=b&c=$(x)'
  const seen = async () => {
    const note = join(dir, 'note')
    await expect.poll(() => readFileSync(note, 'utf8')).toContain('end')
    return readFileSync(note, 'utf8')
  }
  const noting = () => script('browser', `printf '%s|' "$@" > '${dir}/note'; echo end >> '${dir}/note'`)

  it.each([
    [(path: string) => `"${path}"`, `${url}|`],
    [(path: string) => `'${path}' -x "two words" 'and more' y=z`, `-x|two words|and more|y=z|${url}|`],
    [(path: string) => `"${path}" %s --new "" a%s`, `${url}|--new||a%s|`],
  ])('is started with the address: %#', async (command, args) => {
    expect(await openBrowser(url, here(command(noting())), (local) => local)).toBeUndefined()
    expect(await seen()).toBe(`${args}end\n`)
  })

  it('that fails at once is told of, one that runs on is taken for it', async () => {
    expect(await openBrowser(url, here(`"${script('xdg-open', 'exit 3')}"`), (local) => local)).toBe(
      'xdg-open failed (exit code 3)',
    )
    expect(await openBrowser(url, here('/nonexistent/browser'), (local) => local)).toMatch(/ENOENT/)
    const started = Date.now()
    expect(
      await openBrowser(url, here(`"${script('slow', 'sleep 1.2; exit 3')}"`), (local) => local),
    ).toBeUndefined()
    expect(Date.now() - started).toBeLessThan(1_150)
  })
})
