/*
 * A machine of its own for programs that know Microsoft's names alone: a network namespace whose only server is the built
 * sandbox, on port 443, and a mount namespace in which /etc/hosts maps those names to it and the system's store trusts its
 * certificate. Nothing stands between a program and the sandbox, and nothing of the program is changed.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { program as odLinkProgram } from '../program/od-link.ts'
import { canUnshare, hasRealPart } from '../system/real-part.ts'
import type { Json } from './client.ts'

/** What a program printed, and its exit code. */
export interface Ended {
  status: number | null
  stdout: string
  stderr: string
}

export interface RunOptions {
  /** In addition to PATH, HOME and what makes Node use the system's store. */
  env?: NodeJS.ProcessEnv
  /** The content of stdin; default: no stdin. */
  input?: string
  cwd?: string
  timeoutMs?: number
}

export interface MicrosoftWorld {
  clientId: string
  webClientId: string
  webClientSecret: string
  /** A scratch directory, also the HOME of the programs. */
  dir: string
  /** Runs a program to its end, whatever its exit code. */
  run: (program: string, args: string[], options?: RunOptions) => Promise<Ended>
  /** Runs a program that must succeed. @returns its stdout. */
  must: (program: string, args: string[], options?: RunOptions) => Promise<string>
  /** Starts a program that talks with the test; it is killed with the world. */
  start: (program: string, args: string[], options?: Omit<RunOptions, 'input' | 'timeoutMs'>) => ChildProcess
  /** Calls the sandbox's control API. @throws when it refuses. */
  control: (method: string, name: string, body?: unknown) => Promise<Json>
  stop: () => Promise<void>
}

/** Whether this machine can make such worlds. */
export function canBeMicrosoft(forWhat: string): boolean {
  return (
    hasRealPart('curl', forWhat) &&
    hasRealPart('openssl', forWhat) &&
    hasRealPart('ip', forWhat) &&
    canUnshare(['--net', '--mount'], forWhat, ['sh', '-c', 'ip link set lo up && mount -t tmpfs none /mnt'])
  )
}

/** @param flags of `od-link sandbox`, besides --as-microsoft and --json. */
export async function startMicrosoftWorld(...flags: string[]): Promise<MicrosoftWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'od-link-microsoft-'))
  const children = new Set<ChildProcess>()
  // The namespaces live as long as this shell, which ends with its stdin.
  const holder = spawn(
    'unshare',
    ['--net', '--mount', 'sh', '-c', 'ip link set lo up && echo up && exec cat'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  const home = join(dir, 'home')
  const start: MicrosoftWorld['start'] = (program, args, { env = {}, cwd = home } = {}) => {
    const inside = [`--target=${holder.pid}`, '--net', '--mount', `--wd=${cwd}`, '--', program, ...args]
    const child = spawn('nsenter', inside, {
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: home, NODE_EXTRA_CA_CERTS: bundle, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    children.add(child)
    // A program may end before it has read its input.
    child.stdin?.on('error', () => {})
    return child
  }
  const run: MicrosoftWorld['run'] = (program, args, { input, timeoutMs = 120_000, ...options } = {}) => {
    const child = start(program, args, options)
    child.stdin?.end(input)
    return ended(child, timeoutMs)
  }
  const must: MicrosoftWorld['must'] = async (program, args, options) => {
    const { status, stdout, stderr } = await run(program, args, options)
    if (status === 0) return stdout
    throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`)
  }
  const stop = async () => {
    for (const child of children) child.kill()
    holder.stdin?.end()
    await Promise.all([...children, holder].map(closed))
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    mkdirSync(home)
    await firstLine(holder)
    const sandbox = start(process.execPath, [odLinkProgram, 'sandbox', '--as-microsoft', '--json', ...flags])
    const told = JSON.parse(await firstLine(sandbox))
    const mounts = layOut(dir, told.hosts, told.caFile)
    await must('sh', ['-c', mounts])
    const control: MicrosoftWorld['control'] = async (method, name, body) => {
      const url = `https://localhost/control/${name}`
      const args = [
        '-sS',
        '--fail-with-body',
        '-X',
        method,
        '-H',
        `Authorization: Bearer ${told.controlToken}`,
      ]
      if (body !== undefined) args.push('-H', 'Content-Type: application/json', '-d', JSON.stringify(body))
      return JSON.parse(await must('curl', [...args, url]))
    }
    return { ...told, dir, run, must, start, control, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Where Debian's programs look for the certificates they trust: in this file, and in its folder by their hashes. */
const bundle = '/etc/ssl/certs/ca-certificates.crt'

/** Writes the world's own files. @returns the shell commands that put them in place. */
function layOut(dir: string, hosts: string, caFile: string): string {
  const certs = join(dir, 'certs')
  mkdirSync(certs)
  const hash = spawnSync('openssl', ['x509', '-in', caFile, '-noout', '-hash'], { encoding: 'utf8' }).stdout
  for (const name of ['ca-certificates.crt', `${hash.trim()}.0`])
    writeFileSync(join(certs, name), readFileSync(caFile))
  writeFileSync(join(dir, 'hosts'), `127.0.0.1 localhost\n::1 localhost\n${hosts}\n`)
  return `mount --bind '${join(dir, 'hosts')}' /etc/hosts && mount --bind '${certs}' /etc/ssl/certs`
}

/** The first line that a program prints. @throws when it ends before, with what it said. */
function firstLine(child: ChildProcess): Promise<string> {
  let stderr = ''
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  return new Promise((resolve, reject) => {
    if (child.stdout) createInterface({ input: child.stdout }).once('line', resolve)
    child.once('error', reject)
    child.once('close', (status) =>
      reject(new Error(`ended with ${status} before its first line: ${stderr}`)),
    )
  })
}

function ended(child: ChildProcess, timeoutMs: number): Promise<Ended> {
  let [stdout, stderr] = ['', '']
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const limit = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) => {
      clearTimeout(limit)
      resolve({ status, stdout, stderr })
    })
  })
}

function closed(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once('exit', () => resolve())
  })
}
