import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasRealPart } from '../system/real-part.ts'
import { startBareBus } from './bare-bus.ts'

/** A display, a session bus and a home for a keychain with windows, and the person in front of them. */
export interface Desktop {
  home: string
  /** For the programs of the desktop. */
  env: NodeJS.ProcessEnv
  /** For od-link, which finds the bus and no display. */
  busEnv: { DBUS_SESSION_BUS_ADDRESS: string; XDG_RUNTIME_DIR: string }
  start: (program: string, args?: string[], input?: string) => ChildProcess
  /** Runs a program to its end. @returns what it printed. */
  run: (program: string, args: string[], input?: string) => string
  /** A property of an object of the Secret Service, as dbus-send prints it; nothing while nobody answers. */
  property: (path: string, part: string, name: string) => string
  /** The visible windows with this text in their title. */
  windows: (title: string) => string[]
  /** Waits for a window with that title, and types a text or presses keys there, by their names in X11. */
  type: (title: string, text: string) => Promise<void>
  press: (title: string, ...keys: string[]) => Promise<void>
  /** Answers each dialog with that title. @returns how many there were, so far. */
  answerEach: (title: string, ...keys: string[]) => () => number
  stop: () => Promise<void>
}

export function hasDesktop(...programs: string[]): boolean {
  return ['dbus-daemon', 'dbus-send', 'Xvfb', 'xdotool', ...programs].every((program) =>
    hasRealPart(program, 'tests with the keychain of a desktop'),
  )
}

export async function startDesktop(): Promise<Desktop> {
  const home = mkdtempSync(join(tmpdir(), 'od-link-desktop-'))
  const base = {
    PATH: '/usr/bin:/bin',
    HOME: home,
    XDG_RUNTIME_DIR: home,
    // Where KeePassXC looks for another one that runs as this user, and hands its work over to it.
    TMPDIR: home,
    LANG: 'C.UTF-8',
    QT_QPA_PLATFORM: 'xcb',
  }
  const display = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1024x768x24', '-nolisten', 'tcp'], {
    env: base,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  // A bus that starts no services: it would start gnome-keyring for the first call.
  const [[number], bus] = await Promise.all([
    once(createInterface({ input: display.stdout }), 'line'),
    startBareBus(),
  ])
  const env = { ...base, DISPLAY: `:${number}`, ...bus.env }
  const children: ChildProcess[] = [display]
  let isOver = false

  const xdotool = (...args: string[]) => spawnSync('xdotool', args, { env, encoding: 'utf8' }).stdout
  const windows = (title: string) =>
    xdotool('search', '--onlyvisible', '--class', '.')
      .split('\n')
      .filter((window) => window !== '' && xdotool('getwindowname', window).includes(title))
  const act = async (title: string, ...action: string[]) => {
    await until(`no window "${title}" appeared`, () => windows(title).length > 0)
    // A window takes keys a moment after it is shown.
    await sleep(300)
    const [window] = windows(title)
    if (window) xdotool('windowfocus', '--sync', window, ...action)
  }
  return {
    home,
    env,
    busEnv: { ...bus.env, XDG_RUNTIME_DIR: home },
    start(program, args = [], input) {
      const child = spawn(program, args, { env, stdio: ['pipe', 'ignore', 'ignore'] })
      child.stdin?.on('error', () => {}).end(input)
      children.push(child)
      return child
    },
    run(program, args, input = '') {
      const done = spawnSync(program, args, { env, input, encoding: 'utf8', timeout: 20_000 })
      if (done.status === 0) return done.stdout
      throw new Error(`${program} ${args.join(' ')} failed: ${done.stdout}${done.stderr}`)
    },
    property(path, part, name) {
      const to = ['--session', '--print-reply', '--dest=org.freedesktop.secrets', path]
      const call = ['org.freedesktop.DBus.Properties.Get', `string:org.freedesktop.Secret.${part}`]
      return spawnSync('dbus-send', [...to, ...call, `string:${name}`], { env, encoding: 'utf8' }).stdout
    },
    windows,
    type: (title, text) => act(title, 'type', text),
    press: (title, ...keys) => act(title, 'key', ...keys),
    answerEach(title, ...keys) {
      let count = 0
      const answer = async () => {
        while (!isOver) {
          await sleep(100)
          const [dialog] = windows(title)
          if (dialog === undefined) continue
          count += 1
          await act(title, 'key', ...keys)
          await until(`"${title}" stayed`, () => isOver || !windows(title).includes(dialog))
        }
      }
      // When the test is over, its window may go at any moment.
      answer().catch((error) => isOver || console.error(error))
      return () => count
    },
    async stop() {
      isOver = true
      for (const child of children.reverse()) await end(child)
      await bus.stop()
      rmSync(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Ends a program. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  await once(child, 'exit')
}

export async function until(otherwise: string, isTrue: () => boolean): Promise<void> {
  for (const limit = Date.now() + 20_000; Date.now() < limit; await sleep(100)) if (isTrue()) return
  throw new Error(otherwise)
}
