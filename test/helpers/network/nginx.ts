import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasRealPart } from '../system/real-part.ts'
import { type Certificate, makeCertificate } from './certificates.ts'
import { closedPort } from './server.ts'

/**
 * Debian's nginx as the web server of `example-app.com`, which proxies one path to a port of this machine.
 */
export interface WebServer {
  port: number
  /** Sends a request as a browser does: over TLS, with the server's name. */
  get: (target: string) => Promise<{ status: number; location: string | undefined; text: string }>
  stop: () => Promise<void>
}

export const webServerName = 'example-app.com'

export function hasNginx(): boolean {
  return hasRealPart('/usr/sbin/nginx', 'a redirect through a web server')
}

/**
 * @param passesHost whether it forwards the browser's Host header; by default nginx sends that of the port.
 */
export async function startNginx(path: string, to: number, passesHost = true): Promise<WebServer> {
  const certificate = makeCertificate(webServerName)
  const dir = mkdtempSync(join(tmpdir(), 'od-link-nginx-'))
  const port = await closedPort()
  writeFileSync(join(dir, 'host.key'), certificate.key)
  writeFileSync(join(dir, 'host.pem'), certificate.cert)
  mkdirSync(join(dir, 'temp'))
  writeFileSync(
    join(dir, 'nginx.conf'),
    `daemon off; master_process off; pid ${dir}/pid; error_log ${dir}/error.log;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${dir}/temp/${kind};`).join(' ')}
  server {
    listen 127.0.0.1:${port} ssl;
    server_name ${webServerName};
    ssl_certificate ${dir}/host.pem; ssl_certificate_key ${dir}/host.key;
    location = ${path} {
      proxy_pass http://127.0.0.1:${to};
      ${passesHost ? 'proxy_set_header Host $http_host;' : ''}
    }
  }
}
`,
  )
  const server = spawn(
    '/usr/sbin/nginx',
    ['-p', dir, '-c', join(dir, 'nginx.conf'), '-e', join(dir, 'error.log')],
    {
      stdio: 'ignore',
    },
  )
  await untilListening(port)
  return {
    port,
    get: (target) => get(target, port, certificate),
    stop: async () => {
      server.kill()
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
      certificate.remove()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function get(target: string, port: number, { authority }: Certificate) {
  return new Promise<{ status: number; location: string | undefined; text: string }>((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      path: target,
      servername: webServerName,
      ca: readFileSync(authority),
      headers: { host: `${webServerName}:${port}` },
    }
    const asking = request(options, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk as Buffer)
      const { statusCode: status = 0, headers } = response
      resolve({ status, location: headers.location, text: Buffer.concat(chunks).toString('utf8') })
    })
    asking.on('error', reject).end()
  })
}

async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const socket = connect({ port, host: '127.0.0.1' })
    const open = await Promise.race([
      once(socket, 'connect').then(
        () => true,
        () => false,
      ),
      sleep(500, false),
    ])
    socket.destroy()
    if (open) return
    await sleep(25)
  }
  throw new Error('nginx did not come up')
}
