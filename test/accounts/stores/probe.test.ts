import { describe, expect, it } from 'vitest'
import { probeStore } from '../../../src/accounts/stores/probe.ts'
import { fakeStore } from '../../helpers/keychain/fake-store.ts'
import { useOwnSettings } from '../../helpers/program/own-settings.ts'

useOwnSettings()

describe('what a store is given', () => {
  const forgotten = {
    kind: 'keychain',
    message: 'The fake store did not return what was written to it.',
    hint: 'Check it with its own program.\nOr save links in private files, not encrypted: od-link config set store file',
  }

  it('is tried out beforehand, and nothing is left of that', async () => {
    const { kept, store } = fakeStore()
    const written = new Set<string>()
    const write = (item: string, text: string) => {
      written.add(text)
      return store.write(item, text)
    }
    for (const _ of [1, 2]) await probeStore({ ...store, write })
    expect(kept.size).toBe(0)
    // What an earlier one left behind is not taken for the new one.
    expect(written.size).toBe(2)
    await expect(probeStore({ ...store, read: async () => undefined })).rejects.toMatchObject(forgotten)
    expect(kept.size).toBe(0)
  })

  it('is asked for by another process where the store may forget', async () => {
    const { kept: items, store } = fakeStore({ mayForget: true, name: 'file' })
    await expect(probeStore(store)).rejects.toMatchObject({
      kind: 'keychain',
      message: expect.stringMatching(
        /^The fake store works in this process, but another process cannot read from it. [\s\S]*Cannot find module/,
      ),
      hint: 'Check it with its own program.\nOr save links in private files, not encrypted: od-link config set store file',
    })
    expect(items.size).toBe(0)
  })
})
