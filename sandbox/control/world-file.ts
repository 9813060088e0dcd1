import { list, type Reader, record } from '../server/shape.ts'
import { readUserList, type SandboxUser } from '../state/users.ts'
import type { World } from '../state/world.ts'
import { addFile, addLink, addShortcut, addSite, setRights } from './places.ts'

/** What a users file holds besides its users, in the order in which it is added; each is a call of the control API. */
const places = {
  sites: addSite,
  files: addFile,
  rights: setRights,
  links: addLink,
  shortcuts: addShortcut,
}

/** The bodies of those calls. They are read when they are added, as they name what is there by then. */
export type Places = Partial<Record<keyof typeof places, unknown[]>>

const anything = list((value: unknown) => value)

const readFile = record(
  {
    users: (value: unknown): SandboxUser[] => readUserList(value),
    ...{ sites: anything, files: anything, rights: anything, links: anything, shortcuts: anything },
  },
  ['users'],
) satisfies Reader<Places & { users: SandboxUser[] }>

/**
 * Reads a users file: a JSON list of users, or an object with that list and with sites, files, rights, sharing links and
 * shortcuts.
 * @throws an Error with a plain sentence that names the bad field.
 */
export function readWorldFile(file: string): { users: SandboxUser[]; places: Places } {
  let value: unknown
  try {
    value = JSON.parse(file)
  } catch (error) {
    throw new Error(`The users file is not valid JSON: ${(error as Error).message}`)
  }
  if (Array.isArray(value)) return { users: readUserList(value), places: {} }
  if (typeof value !== 'object' || value === null)
    throw new Error('The users file must hold a list of users, or an object.')
  const { users, ...others } = readFile(value, 'The body')
  return { users, places: others }
}

/** Adds the places of a users file to its world. @throws an Error with a plain sentence that names the bad entry. */
export function addPlaces(world: World, wanted: Places): void {
  for (const [name, add] of Object.entries(places)) {
    wanted[name as keyof Places]?.forEach((body, index) => {
      const where = `${name}[${index}]`
      try {
        add(world, body, where)
      } catch (error) {
        const { message } = error as Error
        throw new Error(message.startsWith(where) ? message : `${where}: ${message}`)
      }
    })
  }
}
