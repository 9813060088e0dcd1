import { request as forward } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { makeCertificate } from './certificates.ts'
import { startProxy } from './proxy.ts'

/** A sandbox under Microsoft's own host name: a proxy that resolves it, and a certificate to trust. */
export interface RealName {
  env: { HTTPS_PROXY: string; SSL_CERT_FILE: string }
  /** Method and path of each request. */
  seen: string[]
  stop: () => Promise<void>
}

export async function underTheName(host: string, sandboxOrigin: string): Promise<RealName> {
  const certificate = makeCertificate(host)
  const seen: string[] = []
  const front = createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
    seen.push(`${request.method} ${request.url}`)
    const url = new URL(sandboxOrigin)
    const { method, headers } = request
    // The raw path: a URL would normalize it.
    const onward = forward(
      {
        host: url.hostname,
        port: url.port,
        path: request.url,
        method,
        headers: { ...headers, host: url.host },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(response)
      },
    )
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => front.listen(0, 'localhost', resolve))
  const proxy = await startProxy({ [host]: (front.address() as AddressInfo).port })
  return {
    env: { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, SSL_CERT_FILE: certificate.authority },
    seen,
    async stop() {
      await proxy.stop()
      front.close()
      front.closeAllConnections()
      certificate.remove()
    },
  }
}
