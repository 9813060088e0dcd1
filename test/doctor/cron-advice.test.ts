import { afterEach, expect, it, vi } from 'vitest'
import type { Account } from '../../src/accounts/account.ts'
import { notesFor } from '../../src/doctor/cron-advice.ts'
import { useOwnSettings } from '../helpers/program/own-settings.ts'

useOwnSettings()
afterEach(() => vi.unstubAllEnvs())
const programs = { node: '/usr/bin/node', odLink: '/usr/lib/od-link.js' }
const notes = (store: string, works = true) => notesFor(programs, {}, { store } as Account, works)

it('a store under a passphrase that works today is said to work until the person logs out', () => {
  expect(notes('encrypted')).toEqual([
    expect.stringMatching(/^It works while .* until you log out\..*OD_LINK_KEY_FILE/),
  ])
  vi.stubEnv('OD_LINK_KEY_FILE', '/etc/od-link.key')
  expect(notes('encrypted')).toEqual([])
})

it.each(['keychain', 'encrypted', 'helper:pass', 'file'])(
  'nothing of the store %s sounds as if it worked where it does not',
  (store) => {
    expect(notes(store, false)).toEqual([])
  },
)
