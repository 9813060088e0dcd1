import { createInterface } from 'node:readline'
import { type Running, startOdLink } from '../program/od-link.ts'

/** The built sandbox as a process, and its control API. */
export interface SandboxProcess {
  pid: number | undefined
  origin: string
  clientId: string
  webClientId: string
  webClientSecret: string
  /** Places outside a person's own drive. */
  places: { kind: string; username: string; address: string }[]
  /** The environment that points od-link at it. */
  env: Record<string, string>
  // biome-ignore lint/suspicious/noExplicitAny: each call has a shape of its own, and a test says which it expects.
  control: (method: string, path: string, body?: unknown) => Promise<any>
  stop: () => Promise<void>
}

export async function startSandbox(...flags: string[]): Promise<SandboxProcess> {
  const running: Running = startOdLink(['sandbox', '--json', ...flags], { timeoutMs: 3 * 3_600_000 })
  if (!running.child.stdout) throw new Error('no output')
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: running.child.stdout as NodeJS.ReadableStream }).once('line', resolve)
    running.ended.then(({ stderr }) => reject(new Error(`the sandbox ended: ${stderr}`)))
  })
  const told = JSON.parse(line)
  return {
    ...told,
    pid: running.child.pid,
    env: {
      OD_LINK_AUTHORITY_HOST: told.origin,
      OD_LINK_GRAPH_HOST: told.origin,
      OD_LINK_CLIENT_ID: told.clientId,
    },
    async control(method, path, body) {
      const answer = await fetch(`${told.origin}/control/${path}`, {
        method,
        headers: { authorization: `Bearer ${told.controlToken}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`control ${path}: ${answer.status} ${text}`)
      return text ? JSON.parse(text) : undefined
    },
    async stop() {
      running.child.kill()
      await running.ended
    },
  }
}
