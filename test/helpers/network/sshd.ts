import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { canUnshare, hasRealPart, skips } from '../system/real-part.ts'
import { closedPort } from './server.ts'

/** Debian's sshd on loopback, with its own keys and one user who may log in. */
export interface SshServer {
  port: number
  /** A shell line that connects with a terminal and runs a command there. */
  connectWith: (command: string) => string
  /** The options that this user's `ssh` needs in addition to what od-link printed. */
  options: string
  /** A prefix for a shell line that gives it its own network, from which only ssh reaches the server. */
  fromAnotherMachine: (line: string) => string
  stop: () => Promise<void>
}

export function hasSshd(): boolean {
  const parts = ['/usr/sbin/sshd', 'ssh', 'ssh-keygen', 'unshare', 'ip', 'curl'].every((program) =>
    hasRealPart(program, 'a login over SSH'),
  )
  const isRoot = process.getuid?.() === 0 || skips('this user is not root', 'a login over SSH')
  return parts && isRoot && canUnshare(['-n'], 'the tunnel of a login over SSH')
}

export async function startSshd(): Promise<SshServer> {
  const dir = mkdtempSync(join(tmpdir(), 'od-link-sshd-'))
  const file = (name: string) => join(dir, name)
  for (const key of ['host', 'person']) {
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(key)])
  }
  writeFileSync(file('authorized'), readFileSync(file('person.pub')), { mode: 0o600 })
  const port = await closedPort()
  writeFileSync(
    file('sshd_config'),
    `Port ${port}
ListenAddress 127.0.0.1
HostKey ${file('host')}
AuthorizedKeysFile ${file('authorized')}
PidFile none
PermitRootLogin yes
PasswordAuthentication no
UsePAM no
StrictModes no
`,
  )
  // Its privilege separation directory.
  mkdirSync('/run/sshd', { recursive: true })
  const server = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', file('sshd_config')], { stdio: 'ignore' })
  const passage = await openPassage(file('passage'), port)
  await untilGreeting(port)
  const options = `-i ${file('person')} -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -F none`
  const through = `${process.execPath} -e 'const s = require("net").connect("${file('passage')}"); process.stdin.pipe(s); s.pipe(process.stdout)'`
  writeFileSync(file('proxy'), `#!/bin/sh\nexec ${through}\n`, { mode: 0o755 })
  return {
    port,
    options,
    connectWith: (command) =>
      `ssh -tt ${options} -p ${port} ${userInfo().username}@127.0.0.1 "${command.replaceAll('"', '\\"')}"`,
    fromAnotherMachine: (line) =>
      `unshare -n sh -c "ip link set lo up; ${line.replace(/^ssh /, `ssh -o ProxyCommand=${file('proxy')} ${options} `)}"`,
    stop: async () => {
      server.kill()
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
      passage.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** A socket file connected to the port: the only thing that both machines share. */
async function openPassage(path: string, port: number) {
  const passage = createServer((one) => {
    const other = connect({ port, host: '127.0.0.1' })
    for (const socket of [one, other]) socket.on('error', () => socket.destroy())
    one.pipe(other)
    other.pipe(one)
  })
  passage.listen(path)
  await once(passage, 'listening')
  return passage
}

async function untilGreeting(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const socket = connect({ port, host: '127.0.0.1' })
    const greeted = await Promise.race([
      once(socket, 'data').then(
        () => true,
        () => false,
      ),
      sleep(1_000, false),
    ])
    socket.destroy()
    if (greeted) return
    await sleep(25)
  }
  throw new Error('sshd did not come up')
}
