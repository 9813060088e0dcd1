import type { SandboxProcess } from '../../test/helpers/microsoft/sandbox.ts'
import { signInAt } from '../../test/helpers/program/waiting-login.ts'
import { startInTerminal } from '../../test/helpers/terminal/terminal.ts'
import { browserCommand, environmentFor, inWine, nodeExe, odLinkJs, startInWine } from './machine.ts'
import { driveC, wineEnvironment } from './setup.ts'
import type { Check } from './walk.ts'

/** Logins of a linked account: with the default browser of Windows, and with a URL that is pasted in a console. */
export async function logins(sandbox: SandboxProcess, check: Check): Promise<void> {
  const env = { ...environmentFor(sandbox), OD_LINK_BROWSER: '' }
  await defaultBrowser()
  await pasted()

  /** rundll32 starts what the registry names for http. */
  async function defaultBrowser() {
    const key = 'HKCR\\http\\shell\\open\\command'
    const change = (value: string) => startInWine(['reg', 'add', key, '/ve', '/d', value, '/f']).ended
    await change(`${browserCommand} "%1"`)
    const login = await startInWine([nodeExe, odLinkJs, 'login'], env).ended
    check('login with the default browser', login.code === 0 && /Linked/.test(login.stdout), login)
    await change('"C:\\windows\\system32\\winebrowser.exe" "%1"')
  }

  async function pasted() {
    const terminal = startInConsole([odLinkJs, 'login', '--no-browser'], env)
    const [address] = await terminal.seen(/http:\/\/\S+authorize\S+(?=\s)/)
    await terminal.seen(/Paste the URL here/)
    const answer = await signInAt(new URL(address))
    terminal.type(`${new URL(address).searchParams.get('redirect_uri')}/?${answer}\r`)
    const { code, shown } = await terminal.ended
    check('login with a pasted URL', code === 0 && /Linked/.test(shown), { code, shown })
    const secret = answer.get('code') ?? ''
    check('which the console does not show', secret !== '' && !shown.includes(secret.slice(0, 20)), shown)
  }
}

/** node.exe in a terminal of Unix, of which Wine makes a console of Windows. */
export function startInConsole(words: string[], env: Record<string, string>) {
  const line = [wineEnvironment.WINELOADER ?? '', nodeExe, ...words].map((word) => `'${word}'`).join(' ')
  // Wide, because Wine's console breaks long lines. Wine complains about a folder that is not on C:.
  return startInTerminal(`stty cols 2000; cd '${driveC}'; ${line}`, { ...inWine, ...env })
}
