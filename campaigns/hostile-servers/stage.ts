import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SandboxProcess } from '../../test/helpers/microsoft/sandbox.ts'
import { makeCertificate } from '../../test/helpers/network/certificates.ts'
import { newWorld, type World } from '../../test/helpers/program/world.ts'
import { kept, putBack } from '../../test/helpers/program/world-files.ts'
import { deepPath, largeFile, scenes, smallContent, smallFile } from './scenes.ts'
import type { Stranger } from './stranger.ts'
import { startTamperer, type Tamperer } from './tamperer.ts'

/** A machine with a link, and the hostile server. */
export interface Stage {
  sandbox: SandboxProcess
  server: Tamperer
  stranger: Stranger
  world: World
  /** The settings and the link at the start. */
  before: Record<string, string>
  /** Expires the saved access token, so that it has to be refreshed. */
  expire: () => void
  /** The address of a folder that another person shared. */
  shared: string
  stop: () => Promise<void>
}

/** @param tls whether the server uses TLS, like Microsoft's. */
export async function setStage(sandbox: SandboxProcess, stranger: Stranger, tls = false): Promise<Stage> {
  const certificate = tls ? makeCertificate('localhost') : undefined
  const server = await startTamperer(sandbox.origin, certificate)
  const world = newWorld(sandbox, undefined, {
    OD_LINK_AUTHORITY_HOST: server.origin,
    OD_LINK_GRAPH_HOST: server.origin,
    OD_LINK_BROWSER: 'none',
    ...stranger.env,
    ...(certificate ? { NODE_EXTRA_CA_CERTS: certificate.authority } : {}),
  })
  const stage: Stage = {
    sandbox,
    server,
    stranger,
    world,
    before: {},
    shared: '',
    expire: () => {
      const folder = join(world.dir, 'settings', 'links')
      for (const file of readdirSync(folder)) {
        const record = JSON.parse(readFileSync(join(folder, file), 'utf8'))
        writeFileSync(join(folder, file), JSON.stringify({ ...record, expiresAt: 0 }), { mode: 0o600 })
      }
    },
    async stop() {
      world.remove()
      await server.stop()
      certificate?.remove()
    },
  }
  const login = await (await scenes.login.start(stage, [])).ended
  if (login.code !== 0) {
    await stage.stop()
    throw new Error(`the login before the attacks failed:\n${login.stdout}${login.stderr}`)
  }
  for (const path of ['/there', '/few/there', '/few/other', deepPath]) await world.run(['mkdir', '-p', path])
  writeFileSync(join(world.dir, smallFile), smallContent)
  writeFileSync(join(world.dir, largeFile), Buffer.alloc(5_000_000, smallContent))
  await world.run(['upload', join(world.dir, smallFile), '/few/small'])
  const linked = { in: 'charles@contoso.example', path: '/Shared by link', type: 'edit' }
  const { webUrl }: { webUrl: string } = await sandbox.control('POST', 'link', linked)
  stage.shared = webUrl.replace(sandbox.origin, server.origin)
  stage.before = kept(world)
  return stage
}

/** Restores the state before the last attack. */
export function reset(stage: Stage): void {
  stage.server.forget()
  putBack(stage.world, stage.before)
}
