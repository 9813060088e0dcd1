import { describe, expect, it } from 'vitest'
import { saveItem } from '../../../src/accounts/stores/store.ts'
import { fakeStore } from '../../helpers/keychain/fake-store.ts'
import { useOwnSettings } from '../../helpers/program/own-settings.ts'

useOwnSettings()

describe('what a store is given', () => {
  const forgotten = {
    kind: 'keychain',
    message: 'The fake store did not return what was written to it.',
    hint: 'Check it with its own program.\nOr save links in private files, not encrypted: od-link config set store file',
  }

  it('is read back, and what was there before is there again when it does not come, or cannot be made known', async () => {
    const { kept, store } = fakeStore()
    const known = async () => {}
    await saveItem(store, 'x', 'old', known)
    expect(kept.get('x')).toBe('old')
    let reads = 0
    const read = async () => {
      reads += 1
      return reads === 1 ? 'old' : 'something else'
    }
    await expect(saveItem({ ...store, read }, 'x', 'newer', known)).rejects.toMatchObject(forgotten)
    expect(kept.get('x')).toBe('old')
    const unknown = async () => {
      throw new Error('the index is full')
    }
    await expect(saveItem(store, 'x', 'newer', unknown)).rejects.toThrow('the index is full')
    expect(kept.get('x')).toBe('old')
    const forgetful = { ...store, read: async () => undefined }
    await expect(saveItem(forgetful, 'x', 'y', known)).rejects.toMatchObject(forgotten)
    expect(kept.has('x')).toBe(false)
  })
})
