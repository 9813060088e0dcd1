import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A registry on this machine that has one package; it redirects to npm's own registry for all others. */
export interface LocalRegistry {
  /** Its URL, as NPM_CONFIG_REGISTRY takes it. */
  url: string
  stop: () => Promise<void>
}

/**
 * Publishes a packed package on loopback, for programs that install nothing from a file.
 * @see https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md
 */
export async function startLocalRegistry(tarball: string): Promise<LocalRegistry> {
  const bytes = readFileSync(tarball)
  const manifest = JSON.parse(
    execFileSync('tar', ['xzOf', tarball, 'package/package.json'], { encoding: 'utf8' }),
  )
  const { name, version } = manifest
  const elsewhere = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim()
  const file = `/${name}/-/${name}-${version}.tgz`
  const server = createServer(({ url = '', headers }, response) => {
    if (url === file) response.end(bytes)
    else if (url === `/${name}`) {
      const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
      const dist = { tarball: `http://${headers.host}${file}`, integrity }
      const versions = { [version]: { ...manifest, dist } }
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions }))
    } else response.writeHead(302, { location: new URL(url.slice(1), elsewhere).href }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
