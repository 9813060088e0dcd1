import { describe, expect, it } from 'vitest'
import {
  checkStoreName,
  chosenStore,
  openStore,
  storesAsWritten,
  warnAboutStore,
} from '../../../src/accounts/stores/index.ts'
import { saveSettings } from '../../../src/settings/index.ts'
import { useOwnSettings } from '../../helpers/program/own-settings.ts'

const own = useOwnSettings()

describe('the stores', () => {
  it.each(['keychain', 'file', 'encrypted', 'helper:pass', 'helper:my-own_1.2'])(
    'can be named %s',
    (name) => {
      expect(checkStoreName(name)).toBe(name)
    },
  )

  it.each([
    '',
    'pass',
    'keychain:',
    'file:x',
    'encrypted:x',
    'toString',
    'helper',
    'helper:',
    'helper:a/b',
    'helper:a b',
    'helper:a:b',
    'helper:a:',
    `helper:${'x'.repeat(65)}`,
  ])('cannot be named %j', (name) => {
    const more = name.startsWith('helper')
      ? '\nFor example, helper:pass runs docker-credential-pass. A name has no slash.'
      : ''
    expect(() => checkStoreName(name)).toThrow(
      expect.objectContaining({
        kind: 'usage',
        message: `There is no store "${name}".`,
        hint: `Use one of: keychain, file, encrypted, helper:NAME${more}`,
      }),
    )
  })

  it('are the keychain unless another one was chosen', async () => {
    delete process.env.OD_LINK_STORE
    expect(chosenStore()).toBe('keychain')
    await saveSettings({ store: 'helper:pass' })
    expect(chosenStore()).toBe('helper:pass')
    process.env.OD_LINK_STORE = 'file'
    expect(chosenStore()).toBe('file')
    expect(storesAsWritten).toEqual(['keychain', 'file', 'encrypted', 'helper:NAME'])
  })

  it('are opened by their names', async () => {
    expect(await openStore()).toMatchObject({ name: 'file', label: 'The file store', mayForget: false })
    expect(await openStore('encrypted')).toMatchObject({ name: 'encrypted', mayForget: false })
    expect(await openStore('helper:odd')).toMatchObject({
      name: 'helper:odd',
      label: 'docker-credential-odd',
      mayForget: true,
    })
  })

  it('say what to know of them, if there is something', () => {
    warnAboutStore('keychain')
    warnAboutStore('helper:pass')
    expect(own.warnings).toEqual([])
    warnAboutStore('file')
    expect(own.warnings).toEqual([
      'Links in files are not encrypted. Anyone with a copy of the files can use the drive.',
    ])
  })
})
