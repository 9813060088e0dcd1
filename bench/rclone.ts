import { request as forward } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Keyring } from '../test/helpers/keychain/keyring.ts'
import type { SandboxProcess } from '../test/helpers/microsoft/sandbox.ts'
import { type Certificate, makeCertificate } from '../test/helpers/network/certificates.ts'
import { startProxy } from '../test/helpers/network/proxy.ts'
import { newWorld, type World } from '../test/helpers/program/world.ts'
import { hasRealPart } from '../test/helpers/system/real-part.ts'
import type { Subject } from './pairs.ts'
import { path } from './table.ts'

/** od-link and rclone, each linked to the same drive. */
export interface Both {
  world: World
  /** A command line of rclone; the drive is `od:`. */
  rclone: (args: string[]) => Subject
  stop: () => Promise<void>
}

/** Links both programs; requests have to be without latency meanwhile. @returns undefined where a part is missing. */
export async function linkBoth(sandbox: SandboxProcess, keyring?: Keyring): Promise<Both | undefined> {
  if (!['rclone', 'openssl'].every((part) => hasRealPart(part, 'the comparison with rclone')))
    return undefined
  const real = await underItsRealName(sandbox.origin)
  const world = newWorld(sandbox, keyring, { OD_LINK_GRAPH_HOST: `https://${graphHost}`, ...real.env })
  await world.login()
  const token = (await world.run(['token'])).stdout.trim()
  const answer = await fetch(`${sandbox.origin}/v1.0/me/drive`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const drive = (await answer.json()) as { id: string; driveType: string }
  const env = { ...path, ...real.env, ...rcloneEnv(token, drive), HOME: world.dir }
  return {
    world,
    rclone: (args) => ({ command: 'rclone', args, env }),
    async stop() {
      await real.stop()
      world.remove()
    },
  }
}

/**
 * rclone knows no other Graph than graph.microsoft.com. So both programs are sent there through a proxy that leads
 * to the sandbox, by TLS, with a certificate that both are told to trust.
 */
export interface RealName {
  /** For both programs: the proxy, and the authority of the certificate. */
  env: NodeJS.ProcessEnv
  stop: () => Promise<void>
}

export const graphHost = 'graph.microsoft.com'

export async function underItsRealName(sandboxOrigin: string): Promise<RealName> {
  const certificate: Certificate = makeCertificate(graphHost)
  const front = createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
    const url = new URL(request.url ?? '/', sandboxOrigin)
    const headers = { ...request.headers, host: url.host }
    const onward = forward(url, { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => front.listen(0, 'localhost', resolve))
  const proxy = await startProxy({ [graphHost]: (front.address() as AddressInfo).port })
  return {
    env: {
      HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
      SSL_CERT_FILE: certificate.authority,
      NODE_EXTRA_CA_CERTS: certificate.authority,
    },
    async stop() {
      await proxy.stop()
      front.close()
      front.closeAllConnections()
      certificate.remove()
    },
  }
}

/** rclone's configuration as variables: a token that is good, and the drive. */
export function rcloneEnv(token: string, drive: { id: string; driveType: string }): NodeJS.ProcessEnv {
  const expiry = new Date(Date.now() + 3_600_000).toISOString()
  return {
    RCLONE_CONFIG: '/dev/null',
    RCLONE_CONFIG_OD_TYPE: 'onedrive',
    RCLONE_CONFIG_OD_TOKEN: JSON.stringify({
      access_token: token,
      token_type: 'Bearer',
      refresh_token: 'x',
      expiry,
    }),
    RCLONE_CONFIG_OD_DRIVE_ID: drive.id,
    RCLONE_CONFIG_OD_DRIVE_TYPE: drive.driveType,
  }
}
