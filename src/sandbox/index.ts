import { publicClientId, webClientId } from './identity/registrations.ts'
import { serve } from './serve.ts'
import { listen } from './server/listener.ts'
import { checkUsers, defaultUsers, type SandboxUser } from './users.ts'
import { type Settings, World } from './world.ts'

export { readUsers, type SandboxUser } from './users.ts'

export interface SandboxOptions {
  /** Default: a free one. */
  port?: number
  /** Default: one work and one personal account. */
  users?: SandboxUser[]
  latencyMs?: number
  accessTtlSeconds?: number
  /** The client secret of the web registration; default: a random one. */
  secret?: string
}

export interface Sandbox {
  origin: string
  /** Opens `/control/…`, as a bearer token. */
  controlToken: string
  clientId: string
  webClientId: string
  webClientSecret: string
  close(): Promise<void>
}

/**
 * Starts a stand-in for Microsoft's identity platform and Graph on loopback, both at one origin.
 * @throws an Error with a plain sentence when the port is taken or the users make no sense.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, users = defaultUsers, secret, ...tuning } = options
  checkUsers(users)
  let open: (world: World) => void = () => {}
  const ready = new Promise<World>((resolve) => {
    open = resolve
  })
  const listener = await listen(port, async (request, response) => serve(await ready, request, response))
  const settings: Partial<Settings> = {}
  if (tuning.latencyMs !== undefined) settings.latencyMs = tuning.latencyMs
  if (tuning.accessTtlSeconds !== undefined) settings.accessTtlSeconds = tuning.accessTtlSeconds
  const world = new World({
    origin: `http://localhost:${listener.port}`,
    users,
    settings,
    ...(secret === undefined ? {} : { secret }),
  })
  open(world)
  return {
    origin: world.origin,
    controlToken: world.controlToken,
    clientId: publicClientId,
    webClientId,
    webClientSecret: world.registrations.find((one) => one.clientId === webClientId)?.secret ?? '',
    close: () => listener.close(),
  }
}
