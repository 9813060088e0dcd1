import fs, { writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { OdLinkError } from '../../src/errors.ts'
import type { Attempt } from '../../src/signin/attempt.ts'
import { signInByRedirect } from '../../src/signin/authorization-code.ts'
import type { Environment } from '../../src/signin/environment.ts'
import { methods } from '../../src/signin/methods.ts'
import { useAttempts } from '../helpers/microsoft/attempts.ts'
import { closedPort, startServer } from '../helpers/network/server.ts'
import { useOwnSettings } from '../helpers/program/own-settings.ts'
import { toLastPage } from '../helpers/program/waiting-login.ts'
import { putProgram } from '../helpers/system/put-program.ts'

const own = useOwnSettings()
const attempts = useAttempts()
const { attempt, opened } = attempts

describe('a sign-in', () => {
  /** What a browser shows at the end, which goes on by itself from a page that waits. */
  const lastPage = async (address: string) => (await toLastPage(address)).text()

  it('by redirect is told, waited for, kept, and only then shown', async () => {
    let kept = 0
    const whole = await attempt()
    const save: Attempt['save'] = async (record) => {
      kept += 1
      return whole.save(record)
    }
    const account = signInByRedirect({ ...whole, save }, { open: false, pasteAfterMs: 0 })
    const { address, elsewhere } = await opened()
    expect(elsewhere).toMatch(/^http:\/\/localhost:\d+\/\?code=…$/)
    expect(attempts.events).toEqual([
      { event: 'open', address, elsewhere, canPaste: false, tunnel: undefined, passedOn: undefined },
      { event: 'waiting', seconds: 20 },
    ])
    const page = await lastPage(address)
    expect(kept).toBe(1)
    expect(page).toContain('Ada Lovelace, ada@contoso.example (work account) is now linked')
    expect(await account).toMatchObject({ username: 'ada@contoso.example' })
  })

  it('by redirect in a form', async () => {
    const account = signInByRedirect(await attempt({ responseMode: 'form_post', canPaste: true }), {
      open: false,
      pasteAfterMs: 0,
    })
    const { address, canPaste } = await opened()
    expect([canPaste, new URL(address).searchParams.get('response_mode')]).toEqual([false, 'form_post'])
    const page = await (await fetch(address)).text()
    const fields = [...page.matchAll(/name="([^"]*)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']): [string, string] => [name, value],
    )
    const back = new URL(new URL(address).searchParams.get('redirect_uri') ?? '')
    await (await fetch(back, { method: 'POST', body: new URLSearchParams(fields) })).text()
    expect((await account).username).toBe('ada@contoso.example')
  })

  it('that fails is shown as that', async () => {
    const failing = async (error: Error) => {
      const save = async () => Promise.reject(error)
      attempts.events = []
      const account = signInByRedirect(await attempt({ save }), { open: false, pasteAfterMs: 0 })
      const outcome = expect(account).rejects.toBe(error)
      const page = await lastPage((await opened()).address)
      await outcome
      return page
    }
    expect(await failing(new OdLinkError('keychain', 'It is full.'))).toContain('<p>It is full.</p>')
    expect(await failing(new Error('secret details'))).toContain('<p>Unexpected error.</p>')
  })

  it('that nobody answers ends with what may be in the way', async () => {
    const late = signInByRedirect(await attempt({ timeoutSeconds: 0.05 }), { open: false, pasteAfterMs: 0 })
    await expect(late).rejects.toMatchObject({
      kind: 'sign-in',
      message: 'Timed out after 0 seconds.',
      hint: expect.stringMatching(
        /^Check the browser: .*\nAADSTS50011: .* http:\/\/localhost\nAADSTS700016 \(or "not enabled .*\nAADSTS50105 or 53003: .*\nThen: od-link login\nIf .* administrator, .*: od-link login --scope Files\.ReadWrite\nIf .*: od-link login --device$/,
      ),
    })
  })

  it('over SSH is told with its tunnel, behind a web server with what that passes on', async () => {
    const [port, other] = [await closedPort(), await closedPort()]
    const ssh = { user: 'ada', host: '10.0.0.5', port: 22 }
    const environment = { browser: undefined, hasDisplay: false, ssh, isWsl: false, place: undefined }
    const quick = { timeoutSeconds: 0.05, environment }
    await signInByRedirect(await attempt(quick, `http://localhost:${port}`), {
      open: false,
      pasteAfterMs: 0,
    }).catch(() => {})
    expect(attempts.events[0]).toMatchObject({
      tunnel: `ssh -L ${port}:localhost:${port} ada@10.0.0.5`,
      passedOn: undefined,
    })
    attempts.events = []
    const forwarded = await attempt(quick, 'https://a.example/x', `127.0.0.1:${other}`)
    await signInByRedirect(forwarded, { open: false, pasteAfterMs: 0 }).catch(() => {})
    expect(attempts.events[0]).toMatchObject({
      tunnel: undefined,
      passedOn: `127.0.0.1:${other}`,
      elsewhere: 'https://a.example/x?code=…',
    })
  })

  it('that came back is not talked about any more, however long the saving takes', async () => {
    const whole = await attempt()
    const save: Attempt['save'] = async (record) => {
      await sleep(1_100)
      return whole.save(record)
    }
    const account = signInByRedirect({ ...whole, save }, { open: false, pasteAfterMs: 1_000 })
    await (await fetch((await opened()).address)).text()
    await account
    expect(attempts.events.map(({ event }) => event)).toEqual(['open', 'waiting'])
  })

  it('that came back makes nothing of a browser that fails after that', async () => {
    const whole = await attempt()
    const kept = join(own.dir, 'kept')
    const save: Attempt['save'] = async (record) => {
      writeFileSync(kept, '')
      await sleep(200)
      return whole.save(record)
    }
    const failing = join(own.dir, 'failing')
    putProgram(failing, `until [ -e '${kept}' ]; do sleep 0.02; done; exit 3`)
    const environment: Environment = {
      ...whole.environment,
      browser: { command: `'${failing}'`, variable: 'BROWSER' },
      hasDisplay: true,
    }
    const account = signInByRedirect({ ...whole, save, environment }, { open: true, pasteAfterMs: 0 })
    await (await fetch((await opened()).address)).text()
    await account
    expect(attempts.events.map(({ event }) => event)).toEqual(['open', 'waiting'])
  })

  it('gives its port back, whatever became of it', async () => {
    const port = await closedPort()
    const late = await attempt({ timeoutSeconds: 0.05 }, `http://localhost:${port}`)
    await expect(signInByRedirect(late, { open: false, pasteAfterMs: 0 })).rejects.toMatchObject({
      kind: 'sign-in',
    })
    await expect(fetch(`http://localhost:${port}`)).rejects.toThrow()
  })

  it('that Microsoft refuses at the end is told with what is to be registered', async () => {
    const body = { error: 'invalid_request', error_description: 'AADSTS50011: No such address.' }
    const server = await startServer(() => ({ status: 400, body }))
    const uri = `http://localhost:${await closedPort()}`
    const whole = await attempt({}, uri)
    const authority = { ...whole.authority, tokenEndpoint: `${server.origin}/token` }
    const outcome = expect(
      signInByRedirect({ ...whole, authority }, { open: false, pasteAfterMs: 0 }),
    ).rejects.toMatchObject({
      code: 'AADSTS50011',
      hint: expect.stringContaining(`\nadd ${uri}\n`),
    })
    await (await fetch((await opened()).address)).text()
    await outcome
    await server.stop()
  })

  describe('whose address may be pasted', () => {
    /** What was looked for of the person's terminal, which this machine has not. */
    let looked: string[]
    beforeEach(() => {
      looked = []
      const usual = { readFileSync: fs.readFileSync, openSync: fs.openSync }
      // In the foreground of its terminal: state, parent, process group, session, terminal, the terminal's group.
      vi.spyOn(fs, 'readFileSync').mockImplementation(((path: string, ...more: []) =>
        path === '/proc/self/stat'
          ? '7 (node) S 1 7 7 34816 7'
          : usual.readFileSync(path, ...more)) as typeof fs.readFileSync)
      vi.spyOn(fs, 'openSync').mockImplementation(((path: string, ...more: [string]) => {
        if (path !== '/dev/tty') return usual.openSync(path, ...more)
        looked.push(path)
        throw new Error('ENXIO')
      }) as typeof fs.openSync)
      syncBuiltinESMExports()
    })
    afterEach(() => {
      vi.restoreAllMocks()
      syncBuiltinESMExports()
    })

    it.runIf(process.platform === 'linux').each([
      ['is pasted at the terminal', true, 'query', true],
      ['is not where nobody is there', false, 'query', false],
      ['is not where the answer is a form', true, 'form_post', false],
    ] as const)('%s', async (_, canPaste, responseMode, may) => {
      const whole = await attempt({ canPaste, responseMode, timeoutSeconds: 0.1 })
      await signInByRedirect(whole, { open: false, pasteAfterMs: 0 }).catch(() => {})
      expect(attempts.events[0]).toMatchObject({ event: 'open', canPaste: may })
      expect(looked).toEqual(may ? ['/dev/tty'] : [])
    })
  })

  it('by the browser opens it, says why it could not, and offers more after a silence', async () => {
    const browser = (command: string) => ({
      browser: { command, variable: 'BROWSER' } as const,
      hasDisplay: true,
      ssh: undefined,
      isWsl: false,
      place: undefined,
    })
    const quick = { timeoutSeconds: 1.3 }
    await signInByRedirect(await attempt({ ...quick, environment: browser('false') }), {
      open: true,
      pasteAfterMs: 50,
    }).catch(() => {})
    expect(attempts.events.map(({ event }) => event)).toEqual(['open', 'waiting', 'unopened'])
    expect(attempts.events[0]).toMatchObject({ elsewhere: undefined })
    expect(attempts.events[2]).toEqual({
      ...{ event: 'unopened', because: 'false failed (exit code 1)', canPaste: false },
    })
    attempts.events = []
    await signInByRedirect(await attempt({ ...quick, environment: browser('true') }), {
      open: true,
      pasteAfterMs: 50,
    }).catch(() => {})
    expect(attempts.events.map(({ event }) => event)).toEqual(['open', 'waiting', 'opened', 'silence'])
    attempts.events = []
    const plain = `"${process.execPath}" -e "fetch(process.argv[1]).then((answer) => answer.text())"`
    const { signIn } = methods.browser
    expect((await signIn(await attempt({ environment: browser(plain) }))).username).toBe(
      'ada@contoso.example',
    )
    // Whether the program that opens URLs ends before the sign-in does is its own affair.
    const others = attempts.events.map(({ event }) => event).filter((event) => event !== 'opened')
    expect(others).toEqual(['open', 'waiting'])
  })
})
