import { clientRefusals } from '../state/client-refusals.ts'
import type { World } from '../state/world.ts'

/**
 * Refuses a request that belongs to a loop, if loop detection is on.
 * @throws IdentityError 50196
 */
export function refuseLoop(world: World, ...what: (string | undefined)[]): void {
  if (!world.settings.loopDetection) return
  if (world.loops.count(JSON.stringify(what), world.now())) throw clientRefusals.loop()
}
