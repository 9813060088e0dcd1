import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Encrypter, generateIdentity } from 'age-encryption'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Store } from '../../../src/accounts/stores/store.ts'
import { useOwnSettings } from '../../helpers/program/own-settings.ts'

const own = useOwnSettings()
const keyFile = () => join(own.dir, 'encrypted-key.age')
const passphrase = 'correct horse battery'

/** What the person answers next, and the questions so far. */
let answers: (string | (() => Promise<string>))[] = []
let questions: string[] = []
const path = process.env.PATH
beforeEach(() => {
  answers = []
  questions = []
  // Without keyctl, as on most machines.
  process.env.PATH = own.dir
})
afterEach(() => {
  process.env.PATH = path
})

/** The store as a new process has it. */
async function newProcess(): Promise<Store> {
  vi.resetModules()
  const { notices } = await import('../../../src/notices.ts')
  notices.warning = (what) => own.warnings.push(what)
  notices.askSecret = async (question) => {
    questions.push(question)
    const answer = answers.shift()
    return typeof answer === 'function' ? answer() : answer
  }
  return (await import('../../../src/accounts/stores/encrypted/index.ts')).encryptedStore()
}

/** A key as another process saves it; the work factor is low, because a test need not resist guessing. */
async function putKey(under: string): Promise<void> {
  const encrypter = new Encrypter()
  encrypter.setScryptWorkFactor(10)
  encrypter.setPassphrase(under)
  writeFileSync(keyFile(), await encrypter.encrypt(`${await generateIdentity()}\n`))
}

it('a new passphrase is asked for once, however many items are written at once', async () => {
  answers = [passphrase, passphrase]
  const store = await newProcess()
  await Promise.all(['a.b', 'c.d'].map((item) => store.write(item, item)))
  expect(questions).toHaveLength(2)
  expect(await store.read('a.b')).toBe('a.b')
  if (process.platform !== 'win32') expect(statSync(keyFile()).mode & 0o777).toBe(0o600)
  expect(await store.keyInWords?.()).toBe('opened by a passphrase, which is asked for by each command')
})

it('a passphrase that another process chose meanwhile is asked for, and its key stays', async () => {
  const sneak = async () => {
    await putKey('the other passphrase')
    return passphrase
  }
  answers = [passphrase, sneak, 'the other passphrase']
  const store = await newProcess()
  await store.unlock?.()
  const key = readFileSync(keyFile())
  await store.write('a.b', 'text')
  expect(readFileSync(keyFile())).toEqual(key)
  answers = ['the other passphrase']
  expect(await (await newProcess()).read('a.b')).toBe('text')
})

it('a wrong passphrase is asked for again, and a right one later in the same process opens the store', async () => {
  await putKey(passphrase)
  answers = ['wrong', 'wrong', 'wrong', passphrase]
  const store = await newProcess()
  await expect(store.write('a.b', 'text')).rejects.toMatchObject({
    kind: 'keychain',
    reason: 'key-wrong',
    hint: expect.stringContaining(keyFile()),
  })
  expect(own.warnings).toEqual(Array(2).fill('That passphrase does not open the store.'))
  await store.write('a.b', 'text')
  expect(questions).toHaveLength(4)
})

it('without an answer the store stays locked, and nothing is saved', async () => {
  const store = await newProcess()
  await expect(store.write('a.b', 'text')).rejects.toMatchObject({ kind: 'keychain', reason: 'key-missing' })
  await putKey(passphrase)
  await expect(store.write('a.b', 'text')).rejects.toMatchObject({
    reason: 'key-missing',
    message: 'The encrypted store is locked, and nobody entered its passphrase.',
    hint: expect.stringContaining('keyutils'),
  })
  expect(await store.list()).toEqual([])
})

it('no new passphrase is chosen where links are encrypted to a key file that is not given', async () => {
  mkdirSync(join(own.dir, 'encrypted'))
  writeFileSync(join(own.dir, 'encrypted', 'a.b.age'), 'as another process wrote it')
  const store = await newProcess()
  for (const use of [() => store.read('a.b'), () => store.write('c.d', 'text')])
    await expect(use()).rejects.toMatchObject({
      reason: 'key-missing',
      hint: expect.stringContaining('OD_LINK_KEY_FILE'),
    })
  expect(questions).toEqual([])
})

it('a key under a passphrase that was cut is reported as damaged, and stays', async () => {
  await putKey(passphrase)
  for (const size of [statSync(keyFile()).size - 1, 60, 0]) {
    truncateSync(keyFile(), size)
    answers = [passphrase]
    await expect((await newProcess()).write('a.b', 'text')).rejects.toMatchObject({
      reason: 'record-damaged',
    })
    expect(statSync(keyFile()).size).toBe(size)
  }
})
