import type { Store } from '../../../src/accounts/stores/store.ts'

/** A store in memory, with what it holds; `change` makes it forget or fail. */
export function fakeStore(change: Partial<Store> = {}) {
  const kept = new Map<string, string>()
  const store: Store = {
    name: 'fake',
    label: 'The fake store',
    mayForget: false,
    read: async (item) => kept.get(item),
    write: async (item, text) => void kept.set(item, text),
    remove: async (item) => void kept.delete(item),
    list: async () => [...kept.keys()],
    ...change,
  }
  return { kept, store }
}
