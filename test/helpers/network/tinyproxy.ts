import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { closedPort } from './server.ts'

/** Debian's tinyproxy, on a port of its own. */
export interface Tinyproxy {
  port: number
  log: () => string
  stop: () => Promise<void>
}

/**
 * @param upstream the port of its upstream proxy, which resolves names that are not in DNS.
 * @param credentials the name and password that it requires, if any: letters, digits, `-`, `.` and `_`.
 */
export async function startTinyproxy(
  upstream: number,
  credentials?: { name: string; password: string },
): Promise<Tinyproxy> {
  const dir = mkdtempSync(join(tmpdir(), 'od-link-tinyproxy-'))
  const port = await closedPort()
  const [config, logFile] = [join(dir, 'tinyproxy.conf'), join(dir, 'log')]
  const lines = [
    `Port ${port}`,
    'Listen 127.0.0.1',
    'Allow 127.0.0.1',
    'MaxClients 20',
    'Timeout 60',
    `LogFile "${logFile}"`,
    'LogLevel Connect',
    `Upstream http 127.0.0.1:${upstream}`,
    ...(credentials ? [`BasicAuth ${credentials.name} ${credentials.password}`] : []),
  ]
  writeFileSync(config, `${lines.join('\n')}\n`)
  const child = spawn('tinyproxy', ['-d', '-c', config], { stdio: 'ignore' })
  await reachable(port)
  return {
    port,
    log: () => readFileSync(logFile, 'utf8'),
    stop: async () => {
      child.kill()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function reachable(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const socket = connect(port, '127.0.0.1')
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (open) return
    await sleep(25)
  }
  throw new Error('tinyproxy did not come up')
}
