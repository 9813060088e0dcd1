import { describe, expect, it } from 'vitest'
import { clientSecretFor } from '../../src/accounts/client-secret.ts'
import {
  type OwnRegistration,
  ownSettings,
  saveRegistration,
  settingsOf,
} from '../../src/registration/saved.ts'
import { savedSettings, saveSettings } from '../../src/settings/index.ts'
import { useOwnSettings } from '../helpers/program/own-settings.ts'

useOwnSettings()

describe('a registration', () => {
  const registration: OwnRegistration = {
    clientId: 'an-id',
    tenant: 'common',
    cloud: 'global',
    kind: 'public',
    redirectUri: 'http://localhost',
    listen: 'localhost:5000',
    scope: 'User.Read Files.ReadWrite.All',
  }
  it('is kept as settings, without those that are as they would be anyway', async () => {
    expect(settingsOf(registration)).toEqual({
      'client-id': 'an-id',
      tenant: 'common',
      cloud: 'global',
      'redirect-uri': 'http://localhost',
      listen: undefined,
      scope: 'User.Read Files.ReadWrite.All',
    })
    expect(ownSettings(registration)).toEqual({ 'client-id': 'an-id' })
    const other = {
      tenant: 'organizations',
      cloud: 'usgov',
      redirectUri: 'https://a.example/x',
      scope: 'Files.ReadWrite',
    }
    expect(ownSettings({ ...registration, ...other })).toEqual({
      'client-id': 'an-id',
      cloud: 'usgov',
      'redirect-uri': 'https://a.example/x',
      listen: 'localhost:5000',
      scope: 'Files.ReadWrite',
    })
    await saveSettings({ tenant: 'older', listen: 'older', store: 'file' })
    await saveRegistration({ ...registration, secret: 'hush' })
    expect(savedSettings()).toEqual({ 'client-id': 'an-id', store: 'file' })
    expect(await clientSecretFor('an-id')).toBe('hush')
  })

  it('is the one before when the store does not take the secret', async () => {
    await saveSettings({ 'client-id': 'older', scope: 'older' })
    process.env.OD_LINK_STORE = 'helper:nonesuch'
    await expect(saveRegistration({ ...registration, secret: 'hush' })).rejects.toMatchObject({
      kind: 'keychain',
    })
    expect(savedSettings()).toEqual({ 'client-id': 'older', scope: 'older' })
    await saveRegistration(registration)
    expect(savedSettings()).toEqual({ 'client-id': 'an-id' })
  })
})
