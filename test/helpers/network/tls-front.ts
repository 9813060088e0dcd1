import type { SandboxProcess } from '../microsoft/sandbox.ts'
import type { Outcome } from '../program/od-link.ts'
import { comeBack, signInAt, waitingLogin } from '../program/waiting-login.ts'
import type { World } from '../program/world.ts'
import { type Certificate, makeCertificate } from './certificates.ts'
import { type Request, startServer } from './server.ts'

/** The sandbox behind TLS and under other host names, like Microsoft's. */
export interface Front {
  port: number
  certificate: Certificate
  /** The received requests; the requested name is in the `host` header. */
  seen: Request[]
  stop: () => Promise<void>
}

/** @param hosts the names, which only the tests' proxy resolves. */
export async function startFront(
  sandbox: SandboxProcess,
  hosts: readonly [string, ...string[]],
): Promise<Front> {
  const certificate = makeCertificate(hosts)
  const server = await startServer(async ({ method, url, headers, body }) => {
    const kept = ['authorization', 'content-type'].map((name) => [name, headers[name] ?? ''])
    const answer = await fetch(`${sandbox.origin}${url}`, {
      method,
      headers: Object.fromEntries(kept.filter(([, value]) => value)),
      ...(body ? { body } : {}),
    })
    return { status: answer.status, body: await answer.text() }
  }, certificate)
  return {
    port: server.port,
    certificate,
    seen: server.seen,
    stop: async () => {
      await server.stop()
      certificate.remove()
    },
  }
}

/** A whole login behind it; the browser connects to the sandbox directly, without a proxy. */
export async function loginBehind(
  world: World,
  sandbox: SandboxProcess,
  flags: string[] = [],
): Promise<Outcome> {
  const waiting = await waitingLogin(world, flags)
  const { pathname, search } = waiting.address
  await comeBack(waiting, await signInAt(new URL(`${sandbox.origin}${pathname}${search}`)))
  return waiting.ended
}
