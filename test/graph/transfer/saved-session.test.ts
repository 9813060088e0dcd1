import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Account } from '../../../src/accounts/account.ts'
import { addLink, removeLink } from '../../../src/accounts/links.ts'
import { removeTraces } from '../../../src/accounts/traces.ts'
import { readAddress } from '../../../src/graph/api/address.ts'
import { type SavedSession, withSavedSession } from '../../../src/graph/transfer/saved-session.ts'
import { openSource } from '../../../src/graph/transfer/upload-source.ts'
import { bytes, fileSize, item, uploadPath, useUploads } from '../../helpers/microsoft/upload-session.ts'
import { recordOf, useOwnSettings } from '../../helpers/program/own-settings.ts'

const own = useOwnSettings()
const at = useUploads()
let account: Account
let local: string
beforeEach(async () => {
  account = await addLink(recordOf(), undefined)
  local = join(own.dir, 'file')
  writeFileSync(local, bytes)
})

const uploads = () => join(own.dir, 'uploads')
const savedFiles = () => readdirSync(uploads()).map((name) => join(uploads(), name))
const cutOff = { status: 503, headers: { 'retry-after': '60' } }

/** Runs work with the saved session of a target, as `od-link api --upload` does. */
async function withSaved<T>(
  work: (saved: SavedSession | undefined) => Promise<T>,
  { of = account, path = uploadPath } = {},
): Promise<T> {
  const source = await openSource(local)
  return withSavedSession(of, readAddress(path), source, work).finally(source.close)
}

/** A whole run of `od-link api --upload`. */
async function run(onConflict: 'fail' | 'replace' = 'fail') {
  const source = await openSource(local)
  at.session.seen = []
  return withSavedSession(account, readAddress(uploadPath), source, (saved) =>
    at.put({ source, onConflict, maxWaitMs: 1_000, ...(saved ? { saved } : {}) }),
  ).finally(source.close)
}

describe('the session of an upload that was cut off', () => {
  beforeEach(async () => {
    at.session.answers.PUT = ['the truth', cutOff]
    const { error, asked } = await run()
    expect(error).toMatchObject({ kind: 'service' })
    expect(asked).toEqual(['PUT', 'PUT'])
  })

  it('is saved for this user only, under a name that identifies nobody', () => {
    const [file = '', ...others] = savedFiles()
    expect(others).toEqual([])
    expect(statSync(uploads()).mode & 0o777).toBe(0o700)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(file).toMatch(/uploads\/[\da-f]{16}-[\da-f]{16}\.json$/)
    const text = readFileSync(file, 'utf8')
    expect(JSON.parse(text)).toEqual({
      url: at.session.url,
      content: expect.stringContaining(`${fileSize} `),
    })
    for (const word of ['contoso', 'ada', 'folder', 'token']) expect(text).not.toContain(word)
  })

  it('continues with the same content, and is then forgotten', async () => {
    const again = await run()
    at.expectWhole(again)
    expect(again.asked).toEqual(['GET', 'PUT'])
    expect(again.graph.asked).toEqual([])
    expect(savedFiles()).toEqual([])
  })

  it('is cancelled with other content', async () => {
    writeFileSync(local, bytes.subarray(0, 5))
    at.session.answers.PUT = [{ status: 201, body: item }]
    const other = await run('replace')
    expect(other.created).toEqual(item)
    expect(other.asked).toEqual(['DELETE', 'PUT'])
    expect(savedFiles()).toEqual([])
  })

  it('is removed by a logout, and stays while its account is linked', async () => {
    const other = await addLink(
      recordOf({ id: 'contoso.bob', objectId: 'bob', username: 'bob@x' }),
      undefined,
    )
    await removeLink(other)
    await removeTraces(true)
    expect(savedFiles()).toHaveLength(1)
    await removeLink(account)
    await removeTraces(true)
    expect(savedFiles()).toEqual([])
  })

  it('is not found by another account or for another target', async () => {
    const other = await addLink(
      recordOf({ id: 'contoso.bob', objectId: 'bob', username: 'bob@x' }),
      undefined,
    )
    const earlier = async (saved: SavedSession | undefined) => saved?.earlier
    expect(await withSaved(earlier)).toEqual({
      url: at.session.url,
      savedAt: expect.any(Number),
      isSameContent: true,
    })
    expect(await withSaved(earlier, { of: other })).toBeUndefined()
    expect(await withSaved(earlier, { path: `${uploadPath}2` })).toBeUndefined()
    expect(await withSaved(earlier, { path: `/beta${uploadPath}` })).toBeUndefined()
  })

  it.each(['', 'x', '[]', '{}', '{"url":7}', '{"url":""}'])(
    'is ignored where its file was damaged: %j',
    async (text) => {
      writeFileSync(savedFiles()[0] ?? '', text)
      expect(await withSaved(async (saved) => saved?.earlier)).toBeUndefined()
    },
  )
})

describe('a saved session', () => {
  it('is not saved for an account that was unlinked meanwhile', async () => {
    await withSaved(async (saved) => {
      await removeLink(account)
      expect(saved?.save('https://x.example/')).toBe(false)
    })
    expect(() => savedFiles()).toThrow('ENOENT')
  })

  it('replaces what has its name, without following it', async () => {
    const target = join(own.dir, 'private')
    writeFileSync(target, 'private')
    await withSaved(async (saved) => saved?.save('https://x.example/'))
    const [file = ''] = savedFiles()
    await withSaved(async (saved) => saved?.forget())
    symlinkSync(target, file)
    await withSaved(async (saved) => expect(saved?.save('https://x.example/')).toBe(true))
    expect(readFileSync(target, 'utf8')).toBe('private')
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('belongs to one upload at a time: another one to the same target runs without', async () => {
    await withSaved(async (saved) => {
      expect(saved).toBeDefined()
      expect(await withSaved(async (other) => other)).toBeUndefined()
    })
  })

  it('does not hide the failure of the upload', async () => {
    const error = new Error('odd')
    await expect(withSaved(() => Promise.reject(error))).rejects.toBe(error)
  })
})

describe('an upload without a writable settings directory', () => {
  it('works', async () => {
    // A folder that is a file cannot be created, not even by root.
    writeFileSync(uploads(), '')
    at.expectWhole(await run())
    expect(readFileSync(uploads(), 'utf8')).toBe('')
  })

  it('leaves no session that nobody could continue', async () => {
    writeFileSync(uploads(), '')
    at.session.answers.PUT = ['the truth', cutOff]
    expect((await run()).asked).toEqual(['PUT', 'PUT', 'DELETE'])
  })

  it('works where not even a lock can be created', async () => {
    writeFileSync(join(own.dir, 'elsewhere'), '')
    process.env.OD_LINK_CONFIG_DIR = join(own.dir, 'elsewhere')
    at.expectWhole(await run())
  })

  it.runIf(process.getuid?.() !== 0)('works where it is read-only', async () => {
    mkdirSync(uploads())
    for (const folder of [uploads(), own.dir]) chmodSync(folder, 0o500)
    try {
      at.expectWhole(await run())
    } finally {
      for (const folder of [own.dir, uploads()]) chmodSync(folder, 0o700)
    }
  })
})
