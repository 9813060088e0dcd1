import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SandboxProcess } from '../../test/helpers/microsoft/sandbox.ts'
import { driveC, folder, wineEnvironment } from './setup.ts'

export interface Result {
  code: number | null
  stdout: string
  stderr: string
}

/** A program that runs under Wine. */
export interface Running {
  ended: Promise<Result>
  /** Waits until its output matches. */
  seen: (pattern: RegExp) => Promise<RegExpExecArray>
  stop: () => void
}

export const nodeExe = 'C:\\nodejs\\node.exe'
export const odLinkJs = 'C:\\od\\node_modules\\od-link\\bin\\od-link.js'
/** Where od-link saves its settings. */
export const settings = join(driveC, 'users/ada/AppData/Roaming/od-link/Config')

/** The environment of what runs there. */
export const inWine = {
  ...wineEnvironment,
  WINEPATH: 'C:\\nodejs',
  // Without a console, Wine has no title to read, and node.exe asks for it unless it is given one.
  NODE_OPTIONS: '--title=node',
}

const outputs = join(folder, 'outputs')
let started = 0

/** Starts a program of Windows. Its output goes through files: to node.exe, a pipe of Unix is not a pipe. */
export function startInWine(
  words: string[],
  env: Record<string, string> = {},
  timeoutMs = 180_000,
  cwd = driveC,
): Running {
  mkdirSync(outputs, { recursive: true })
  started += 1
  const paths = ['out', 'err'].map((name) => join(outputs, `${process.pid}-${started}.${name}`))
  const files = paths.map((path) => openSync(path, 'w'))
  const read = () => paths.map((path) => readFileSync(path, 'utf8'))
  const child = spawn(wineEnvironment.WINELOADER ?? '', words, {
    cwd,
    stdio: ['ignore', ...files],
    env: { ...inWine, ...env },
  })
  for (const file of files) closeSync(file)
  let over = false
  const ended = new Promise<Result>((resolve) => {
    const limit = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    child.on('close', (code) => {
      clearTimeout(limit)
      over = true
      const [stdout = '', stderr = ''] = read()
      for (const path of paths) rmSync(path)
      resolve({ code, stdout, stderr })
    })
  })
  const seen = async (pattern: RegExp) => {
    for (;;) {
      const text = over ? Object.values(await ended).join('\n') : read().join('\n')
      const match = pattern.exec(text)
      if (match) return match
      if (over) throw new Error(`ended without ${pattern}:\n${text}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  return { ended, seen, stop: () => child.kill('SIGKILL') }
}

/** od-link's environment for a sandbox, with a browser that follows redirects to the end. */
export function environmentFor(sandbox: SandboxProcess): Record<string, string> {
  writeFileSync(join(driveC, 'browser.mjs'), browser)
  return { ...sandbox.env, OD_LINK_BROWSER: browserCommand }
}

export const browserCommand = `${nodeExe} C:\\browser.mjs`

const browser = `
let url = process.argv.at(-1)
for (let pages = 0; url && pages < 12; pages++) {
  const response = await fetch(url, { redirect: 'manual' })
  await response.text()
  const location = response.headers.get('location')
  url = location && new URL(location, url).href
}
`

/** An entry in Wine's Credential Manager, which keeps them in the registry. */
export interface Entry {
  name: string
  bytes: number
}

/** @returns od-link's entries in the Credential Manager. */
export async function entries(): Promise<Entry[]> {
  const key = 'HKCU\\Software\\Wine\\Credential Manager'
  const { stdout } = await startInWine(['reg', 'query', key, '/s']).ended
  const entry =
    /^HKEY[^\r\n]*Credential Manager\\([^\r\n]*od-link[^\r\n]*)[\s\S]*?Password\s+REG_BINARY\s+([\dA-F]*)/gm
  return [...stdout.matchAll(entry)].map(([, name = '', hex = '']) => ({ name, bytes: hex.length / 2 }))
}

/** Removes everything that od-link saved. */
export async function reset(): Promise<void> {
  await startInWine(['reg', 'delete', 'HKCU\\Software\\Wine\\Credential Manager', '/f']).ended
  rmSync(join(settings, '..'), { recursive: true, force: true })
}
