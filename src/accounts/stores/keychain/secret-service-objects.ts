import type { Bus, MethodCall } from './dbus.ts'
import type { Value, Variant } from './dbus-values.ts'

/*
 * The objects of the Secret Service on the bus, and calls of their methods.
 * https://specifications.freedesktop.org/secret-service/latest/
 */

export const destination = 'org.freedesktop.secrets'
export const servicePath = '/org/freedesktop/secrets'
export const interfaces = {
  service: 'org.freedesktop.Secret.Service',
  collection: 'org.freedesktop.Secret.Collection',
  item: 'org.freedesktop.Secret.Item',
  prompt: 'org.freedesktop.Secret.Prompt',
} as const
/** How long the service may take for one reply that no person is involved in. */
export const replyMs = 3_000

/** What the service returns if there is no object, or if no prompt is needed. */
export const nothing = '/'

/** A property of an object. */
export async function property(bus: Bus, path: string, interfaceName: string, name: string): Promise<Value> {
  const [variant] = await bus.call(
    on(path, 'org.freedesktop.DBus.Properties', 'Get', 'ss', [interfaceName, name]),
  )
  return (variant as Variant).value
}

/** A call of the service itself. */
export function onService(member: string, signature: string, body: readonly Value[]): MethodCall {
  return on(servicePath, interfaces.service, member, signature, body)
}

/** A call of an object. */
export function on(
  path: string,
  interfaceName: string,
  member: string,
  signature?: string,
  body?: readonly Value[],
): MethodCall {
  return {
    destination,
    path,
    interface: interfaceName,
    member,
    ...(signature ? { signature } : {}),
    ...(body ? { body } : {}),
  }
}
