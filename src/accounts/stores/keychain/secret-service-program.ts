import { type Bus, onSharedBus } from './dbus.ts'
import { destination, replyMs } from './secret-service-objects.ts'

/* Which program is the Secret Service: they differ in what they search while they are locked. */

const busItself = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
}

/** gnome-keyring finds items of locked collections. */
export async function searchesLocked(bus: Bus): Promise<boolean> {
  const [own, gnome] = await Promise.all([ownerOf(bus, destination), ownerOf(bus, 'org.gnome.keyring')])
  return own !== undefined && own === gnome
}

/** The programs that are the Secret Service, by the other names that they have on the bus. */
const programs: [name: RegExp, program: string][] = [
  [/^org\.gnome\.keyring$/, 'gnome-keyring'],
  [/^org\.keepassxc\.KeePassXC\./, 'KeePassXC'],
  [/^org\.kde\.(kwalletd\d*|ksecretd)$/, 'KWallet'],
]

/** Which program is the Secret Service, or undefined if it is unknown. @throws BusError when there is no bus. */
export async function secretServiceProgram(socket: string): Promise<string | undefined> {
  return onSharedBus(socket, replyMs, async (bus) => {
    const [[names], own] = await Promise.all([
      bus.call({ ...busItself, member: 'ListNames' }),
      ownerOf(bus, destination),
    ])
    for (const name of names as string[]) {
      const program = programs.find(([pattern]) => pattern.test(name))?.[1]
      if (program && own !== undefined && (await ownerOf(bus, name)) === own) return program
    }
    return undefined
  })
}

/** The connection that has a name on the bus. */
async function ownerOf(bus: Bus, name: string): Promise<string | undefined> {
  const call = { ...busItself, member: 'GetNameOwner', signature: 's', body: [name] }
  const [owner] = await bus.call(call).catch(() => [])
  return owner as string | undefined
}
