import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { behindTheScenes } from '../program/linked.ts'
import { newWorld, type World } from '../program/world.ts'
import { type SandboxProcess, startSandbox } from './sandbox.ts'

export const ada = 'ada@contoso.example'
export const charles = 'charles@contoso.example'
export const grace = 'grace@outlook.example'
export const margaret = 'margaret@outlook.example'

const users = [
  { username: ada, name: 'Ada Lovelace', kind: 'work' },
  { username: charles, name: 'Charles Babbage', kind: 'work' },
  { username: grace, name: 'Grace Hopper', kind: 'personal' },
  { username: margaret, name: 'Margaret Hamilton', kind: 'personal' },
]

/** A machine that is linked to the drive of a person, who is a member of the site Project X. */
export interface PlaceWorld extends ReturnType<typeof behindTheScenes> {
  sandbox: SandboxProcess
  world: World
  /** A call of the sandbox's control API: `rights`, `link`, `shortcut`, `site`. */
  arrange: (name: string, body: object) => Promise<{ webUrl: string; driveId: string; itemId: string }>
  /** The path of a folder in the site's library Documents, created when it is missing. */
  inLibrary: (path: string) => Promise<{ webUrl: string; driveId: string; itemId: string }>
}

export const library = '/sites/project-x/Shared Documents'

/** @param flags of the login. */
export function usePlaces(...flags: string[]): PlaceWorld {
  const places = {} as PlaceWorld
  const dir = mkdtempSync(join(tmpdir(), 'od-link-users-'))
  beforeAll(async () => {
    const file = join(dir, 'users.json')
    writeFileSync(file, JSON.stringify(users))
    const sandbox = await startSandbox('--users', file)
    const world = newWorld(sandbox)
    const arrange = (name: string, body: object) => sandbox.control('POST', name, body)
    await arrange('site', {
      ...{ path: '/sites/project-x', name: 'Project X', group: true, members: [{ username: ada }] },
      libraries: [{ name: 'Documents', segment: 'Shared Documents' }, { name: 'Archive' }],
    })
    const inLibrary = (path: string) => arrange('rights', { in: library, path, username: ada, role: 'write' })
    Object.assign(places, { sandbox, world, arrange, inLibrary }, behindTheScenes(sandbox, world))
    await world.login('--login-hint', ada, ...flags)
  })
  afterAll(async () => {
    places.world?.remove()
    await places.sandbox?.stop()
    rmSync(dir, { recursive: true, force: true })
  })
  return places
}
