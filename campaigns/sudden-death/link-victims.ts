/* The commands that change a link. */

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Running } from '../../test/helpers/program/od-link.ts'
import { loginByHand } from '../../test/helpers/program/waiting-login.ts'
import type { World } from '../../test/helpers/program/world.ts'
import type { Left, Victim, Victims } from './kill.ts'
import type { Machine, StoreName } from './machine.ts'

let number = 0

/** Runs od-link, which has to succeed; waiting for a dead owner's lock would exceed the time limit. */
export async function works(world: World, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await world.run(args)
  if (code !== 0) throw new Error(`od-link ${args.join(' ')} ends with ${code}:\n${stdout}${stderr}`)
  return stdout
}

/** The saved token of the link, without refreshing; undefined when there is no link. */
async function tokenOf(world: World): Promise<string | undefined> {
  const { code, stdout, stderr } = await world.run(['token'])
  if (code === 0) return stdout
  if (code === 4) return undefined
  throw new Error(`the link cannot be read: ${code}\n${stderr}`)
}

/** Checks that the link can be refreshed and saved, and that the new token gives access to the drive. */
async function linkWorks(world: World): Promise<void> {
  const [told] = JSON.parse(await works(world, 'status', '--check', '--json'))
  if (!told?.works || !told.renewable) throw new Error(`the link does not work: ${JSON.stringify(told)}`)
}

async function login(world: World): Promise<void> {
  const { code, stdout, stderr } = await loginByHand(world)
  if (code !== 0) throw new Error(`the next login ends with ${code}:\n${stdout}${stderr}`)
}

/** The victims with a link in one store. */
export function linkVictims(machine: Machine, store: StoreName): Victims {
  const world = machine.newWorld(store)
  /** The token before. */
  let before: string | undefined
  const log = async (kind: string): Promise<number> =>
    (await machine.sandbox.control('GET', 'log')).filter((one: { kind: string }) => one.kind === kind).length
  const isEmpty = async () => {
    await works(world, 'logout', '--all')
    const count = machine.count(store, world)
    if (count > 0) throw new Error(`after logout --all, ${count} entries are left in ${store}`)
  }
  const linked = async () => {
    before = await tokenOf(world)
    if (before === undefined) {
      await login(world)
      before = await tokenOf(world)
    }
    await machine.sandbox.control('DELETE', 'log')
  }
  const left = async (): Promise<Left> => {
    const now = await tokenOf(world)
    if (now === undefined) throw new Error('the link is gone')
    await linkWorks(world)
    return now === before ? 'earlier' : 'new'
  }
  const tokenAsked = { what: 'the request for tokens', seen: async () => (await log('token')) > 0 }
  const locks = join(world.dir, 'settings', 'locks')
  const lockHeld = { what: 'its lock', seen: async () => isHeld(locks) }

  const victims: Victim[] = [
    {
      what: `first login, ${store}`,
      prepare: async () => {
        await isEmpty()
        before = undefined
        await machine.sandbox.control('DELETE', 'log')
      },
      start: async (options) => {
        const running = world.start(loginArgs, options)
        signedIn(running).catch(() => {})
        return running
      },
      sign: tokenAsked,
      left: async () => {
        const now = await tokenOf(world)
        if (now === undefined) await login(world)
        await linkWorks(world)
        return now === undefined ? 'earlier' : 'new'
      },
    },
    {
      what: `login again, from its callback on, ${store}`,
      prepare: linked,
      start: async (options) => {
        const running = world.start(loginArgs, options)
        await signedIn(running).catch(() => {})
        return running
      },
      sign: tokenAsked,
      left,
    },
    {
      what: `renewal, ${store}`,
      prepare: async () => {
        await linked()
        await machine.sandbox.control('POST', 'expire')
      },
      start: async (options) => {
        number += 1
        return world.start(['mkdir', '/', `killed ${number}`], options)
      },
      sign: tokenAsked,
      left,
    },
    {
      what: `logout, ${store}`,
      prepare: linked,
      start: async (options) => world.start(['logout'], options),
      sign: lockHeld,
      left: async () => {
        const now = await tokenOf(world)
        if (now !== undefined) await left()
        await works(world, 'logout')
        if (machine.count(store, world) > 0) throw new Error('a second logout leaves something')
        return now === undefined ? 'new' : 'earlier'
      },
    },
  ]
  return {
    victims,
    areShort: true,
    end: async () => {
      await isEmpty()
      world.remove()
    },
  }
}

const loginArgs = ['login', '--no-browser']

/**
 * Plays the browser until the callback has been sent, for a login that may be killed at any time.
 * @throws Error when the login ended before.
 */
async function signedIn(running: Running): Promise<void> {
  const [address] = await running.seen(/http:\/\/localhost:\d+\/[^"\s]*authorize[^"\s]*/)
  const back = (await fetch(address, { redirect: 'manual' })).headers.get('location')
  fetch(String(back)).catch(() => {})
}

/** A move from one store to another and back. */
export function moveVictims(machine: Machine, one: StoreName, other: StoreName): Victims {
  const world = machine.newWorld()
  const move = (to: StoreName) => works(world, 'store', 'move', '--to', to)
  let before: string | undefined
  const storeNow = () => indexOf(world).accounts[0]?.store
  return {
    victims: [victim(one, other), victim(other, one)],
    areShort: true,
    end: async () => {
      await works(world, 'logout', '--all')
      for (const store of [one, other]) {
        if (machine.count(store, world) > 0)
          throw new Error(`after logout --all, something is left in ${store}`)
      }
      world.remove()
    },
  }

  function victim(from: StoreName, to: StoreName): Victim {
    const locks = join(world.dir, 'settings', 'locks')
    return {
      what: `store move, ${from} to ${to}`,
      prepare: async () => {
        await move(from)
        before = await tokenOf(world)
        if (before === undefined) {
          await login(world)
          before = await tokenOf(world)
        }
        if (machine.count(to, world) > 0) throw new Error(`before the move, something is in ${to}`)
      },
      start: async (options) => world.start(['store', 'move', '--to', to], options),
      sign: { what: 'its lock', seen: async () => isHeld(locks) },
      left: async () => {
        if ((await tokenOf(world)) !== before) throw new Error('the link is another one, or gone')
        await linkWorks(world)
        const store = storeNow()
        await move(to)
        await linkWorks(world)
        if (machine.count(from, world) > 0) throw new Error(`a second move leaves a copy in ${from}`)
        return store === from ? 'earlier' : 'new'
      },
    }
  }
}

function indexOf(world: World): { accounts: { store: string }[] } {
  return JSON.parse(readFileSync(join(world.dir, 'settings', 'accounts.json'), 'utf8'))
}

/** Whether the lock of a link is held: its newest number is not empty. */
function isHeld(locks: string): boolean {
  try {
    const links = readdirSync(locks).filter((name) => name.startsWith('link'))
    const files = links.flatMap((link) =>
      readdirSync(join(locks, link)).map((file) => join(locks, link, file)),
    )
    return files.some((file) => /\/\d+$/.test(file) && statSync(file).size > 0)
  } catch {
    // Not created yet, or already removed.
    return false
  }
}
