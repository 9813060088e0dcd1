import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hasKeyring, type Keyring, startKeyring } from '../helpers/keychain/keyring.ts'
import { itemsOf } from '../helpers/keychain/keyring-items.ts'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { ada, grace } from '../helpers/program/linked.ts'
import { program } from '../helpers/program/od-link.ts'
import { disguisesOf } from '../helpers/program/secret-encodings.ts'
import { link, loginByHand } from '../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../helpers/program/world.ts'
import { filesOf } from '../helpers/program/world-files.ts'
import { foldersSeen } from '../helpers/terminal/shell.ts'

const runs = hasKeyring()
let sandbox: SandboxProcess
let keyring: Keyring | undefined
let world: World

beforeAll(async () => {
  ;[sandbox, keyring] = await Promise.all([startSandbox(), runs ? startKeyring() : undefined])
})
afterAll(async () => {
  await sandbox?.stop()
  await keyring?.stop()
})
beforeEach(() => begin())
afterEach(() => world.remove())

/** @param store where links are kept. */
function begin(store: 'file' | 'keychain' = 'file'): void {
  world?.remove()
  world = newWorld(sandbox, store === 'keychain' ? keyring : undefined)
}

const settings = () => join(world.dir, 'settings')
const completionFile = () => join(settings(), 'completion.json')

/** The words that tell who somebody is, and what their drive holds: the ID first, the name of a folder last. */
interface Person {
  words: string[]
}

/** Links a person and lets Tab see a folder of theirs. */
async function linked(username: string, ...flags: string[]): Promise<Person> {
  await link(world, '--login-hint', username, ...flags)
  const folder = `Plans of ${username.slice(0, 3)}`
  await world.run(['mkdir', '-p', '--account', username, `/${folder}`])
  const words = await wordsOf(username)
  await foldersSeen(world, `--account ${username} /`)
  expect(readFileSync(completionFile(), 'utf8')).toContain(folder)
  return { words: [...words, folder] }
}

async function wordsOf(username: string): Promise<string[]> {
  const accounts = JSON.parse((await world.run(['status', '--json'])).stdout)
  const account = accounts.find((one: { username: string }) => one.username === username)
  const { id, tenantId, objectId, displayName, name } = account
  return [id, tenantId, objectId, username, displayName, ...(name ? [name] : [])]
}

/** Where the settings directory still has something of a person, or any token, code or secret of the sandbox. */
async function whereabouts({ words }: Person): Promise<string[]> {
  const secrets: string[] = await sandbox.control('GET', 'secrets')
  expect(secrets.length).toBeGreaterThan(2)
  return whereaboutsOf([...words, ...secrets])
}

/** Where a word still stands in the settings directory: in the name of a file or a folder, or in a file. */
function whereaboutsOf(words: string[]): string[] {
  const names = readdirSync(settings(), { recursive: true, encoding: 'utf8' })
  const places = [
    ...names.map((name) => [name, name] as const),
    ...Object.entries(filesOf(settings())).map(([path, text]) => [`the text of ${path}`, text] as const),
  ]
  return words.flatMap((word) =>
    places
      .filter(([, text]) => disguisesOf(word).some((one) => text.toLowerCase().includes(one.toLowerCase())))
      .map(([place]) => `${word.slice(0, 20)} in ${place}`),
  )
}

async function succeeds(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await world.run(args)
  expect(code, `od-link ${args.join(' ')}: ${stderr}`).toBe(0)
  return stdout
}

/** Makes od-link do something else first, when one of its steps on a file is at hand. */
function atStep(
  call: 'renameSync' | 'rmSync' | 'linkSync',
  path: RegExp,
  doThis: string,
): { env: NodeJS.ProcessEnv } {
  const preload = join(world.dir, 'preload.cjs')
  writeFileSync(
    preload,
    `const fs = require('node:fs')
const original = fs.${call}
fs.${call} = (...given) => {
  if (given.some((one) => ${path}.test(String(one)))) {
    fs.${call} = original
    delete process.env.NODE_OPTIONS
    ${doThis}
  }
  return original(...given)
}`,
  )
  return { env: { NODE_OPTIONS: `--require "${preload}"` } }
}
const die = `process.kill(process.pid, 'SIGKILL')`
const indexDraft = /accounts\.json\.tmp-/

describe.each(['file', ...(runs ? (['keychain'] as const) : [])] as const)(
  'logout, with links in the %s,',
  (store) => {
    beforeEach(() => begin(store))
    afterEach(() => {
      if (store === 'keychain' && keyring) expect(itemsOf(keyring)).toEqual([])
    })

    it.each(['logout', 'logout --all'])(
      'leaves nothing of a link that was used and renewed: %s',
      async (line) => {
        const person = await linked(ada, '--as', 'skunkworks')
        await sandbox.control('POST', 'expire')
        await succeeds('mkdir', '/', `after a renewal, ${store}, ${line}`)
        expect(await whereabouts(person)).not.toEqual([])
        await succeeds(...line.split(' '))
        expect(await whereabouts(person)).toEqual([])
      },
    )

    it('leaves nothing of a link that has ended', async () => {
      const person = await linked(ada)
      await sandbox.control('POST', 'revoke', {})
      await sandbox.control('POST', 'expire')
      expect((await world.run(['mkdir', '/', 'ended'])).code).toBe(4)
      expect(readFileSync(join(settings(), 'accounts.json'), 'utf8')).toContain('"ended"')
      await succeeds('logout')
      expect(await whereabouts(person)).toEqual([])
    })

    it('leaves nothing of a first login that was killed while it wrote the index', async () => {
      const words = await wordsOfAnother(ada)
      const { signal } = await loginByHand(world, [], atStep('renameSync', indexDraft, die))
      expect(signal).toBe('SIGKILL')
      expect(readdirSync(settings()).filter((name) => indexDraft.test(name))).toHaveLength(1)
      expect(await whereabouts({ words })).not.toEqual([])
      await succeeds('logout', '--all')
      expect(await whereabouts({ words })).toEqual([])
    })
  },
)

/** The same words, of a link in another place: here nothing is linked yet. */
async function wordsOfAnother(username: string): Promise<string[]> {
  const here = world
  world = newWorld(sandbox)
  try {
    await link(world, '--login-hint', username)
    return await wordsOf(username)
  } finally {
    world.remove()
    world = here
  }
}

describe('logout', () => {
  it.runIf(runs)('leaves nothing of a link that moved from store to store', async () => {
    begin('keychain')
    const person = await linked(ada)
    await succeeds('store', 'move', '--to', 'file')
    await succeeds('store', 'move', '--to', 'keychain')
    await succeeds('store', 'move', '--to', 'file', '--account', ada)
    await succeeds('logout')
    expect(await whereabouts(person)).toEqual([])
    expect(itemsOf(keyring as Keyring)).toEqual([])
  })

  it('of one account leaves nothing of it, and all of the other', async () => {
    const gone = await linked(ada, '--as', 'skunkworks')
    const stays = await linked(grace)
    await succeeds('logout', 'skunkworks')
    expect(whereaboutsOf(gone.words)).toEqual([])
    expect(await wordsOf(grace)).toEqual(stays.words.slice(0, -1))
    await succeeds('mkdir', '/', 'of the one who stayed')
    expect(await foldersSeen(world, '/Plans')).toEqual(['/Plans of gra/'])
    await succeeds('logout')
    expect(await whereabouts({ words: [...gone.words, ...stays.words] })).toEqual([])
  })

  it.each([
    ['before the index forgot the link', 'renameSync', indexDraft],
    ['after the index forgot the link', 'rmSync', /completion\.json/],
  ] as const)('that was killed %s is finished by the next one', async (_, call, path) => {
    const person = await linked(ada)
    const { signal } = await world.run(['logout'], atStep(call, path, die))
    expect(signal).toBe('SIGKILL')
    expect(await whereabouts(person)).not.toEqual([])
    await succeeds('logout')
    expect(await whereabouts(person)).toEqual([])
  })

  it('is not undone by a Tab that began before it', async () => {
    const person = await linked(ada)
    writeFileSync(completionFile(), '{}')
    const logout = `require('node:child_process').spawnSync(process.execPath, [${JSON.stringify(program)}, 'logout'])`
    const tab = () =>
      world.run(['__complete', 'fish', 'od-link mkdir /'], atStep('linkSync', /completion/, logout))
    for (let attempt = 0; attempt < 20 && (await world.run(['status'])).code === 0; attempt += 1) await tab()
    expect((await world.run(['status'])).code).toBe(4)
    expect(await whereabouts(person)).toEqual([])
  })

  it('removes a memory of folders that cannot be read', async () => {
    const person = await linked(ada)
    writeFileSync(completionFile(), `{"${person.words[0]}`)
    await succeeds('logout')
    expect(await whereabouts(person)).toEqual([])
  })

  it('removes the locks that earlier versions named after an account, once it is gone', async () => {
    const people = [await linked(ada), await linked(grace)]
    const locks = people.map(({ words: [id] }) => join(settings(), 'locks', encodeURIComponent(`link ${id}`)))
    for (const lock of locks) {
      mkdirSync(lock)
      writeFileSync(join(lock, '7'), '')
    }
    await succeeds('logout', ada)
    expect(locks.map((lock) => existsSync(lock))).toEqual([false, true])
    await succeeds('logout', '--all')
    expect(await whereabouts({ words: people.flatMap(({ words }) => words) })).toEqual([])
  })

  it('writes nothing where nothing was ever kept', async () => {
    await succeeds('logout')
    await succeeds('logout', '--all')
    expect(existsSync(settings())).toBe(false)
  })
})

describe('Tab', () => {
  it('offers folders that it cannot remember', async () => {
    await linked(ada)
    writeFileSync(completionFile(), '{}')
    const lock = join(settings(), 'locks', 'completion')
    rmSync(lock, { recursive: true })
    writeFileSync(lock, 'in the way')
    expect(await foldersSeen(world, '/Plans')).toEqual(['/Plans of ada/'])
    expect(readFileSync(completionFile(), 'utf8')).toBe('{}')
  })
})
