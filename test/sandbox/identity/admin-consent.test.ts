import { describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts'
import {
  aadstsNumber,
  ada,
  authorize,
  call,
  control,
  form,
  newRegistration,
  redirected,
  sandbox,
} from '../../helpers/sandbox/client.ts'

const back = 'http://localhost:8080/'

function consent(
  to: Sandbox,
  fields: Record<string, string | undefined> = {},
  path = 'v2.0/adminconsent',
  tenant = 'organizations',
) {
  const asked = { client_id: to.clientId, redirect_uri: back, state: 's', scope: 'Files.ReadWrite User.Read' }
  return call(`${to.origin}/${tenant}/${path}?${form({ ...asked, ...fields })}`)
}

describe('the consent of an administrator', () => {
  it('counts for everybody in the directory, and says which', async () => {
    const users = ['ada', 'bob'].map((name) => ({
      username: `${name}@contoso.example`,
      name,
      kind: 'work' as const,
    }))
    const to = await sandbox({ users })
    const answer = Object.fromEntries(redirected(await consent(to)))
    expect(answer).toMatchObject({ admin_consent: 'True', state: 's', scope: 'Files.ReadWrite User.Read' })
    expect(answer.tenant).toMatch(/^[0-9a-f-]{36}$/)
    await control(to, 'POST', 'settings', { signIn: 'page' })
    await control(to, 'POST', 'next-sign-in', { username: 'bob@contoso.example' })
    const silent = redirected(
      await authorize(to, { scope: 'Files.ReadWrite', login_hint: 'bob@contoso.example' }),
    )
    expect(silent.get('code')).toBeTruthy()
  })

  it('of version 1.0 is for all that the registration lists, and names no scope', async () => {
    const to = await sandbox()
    const answer = redirected(await consent(to, { scope: undefined }, 'adminconsent', 'common'))
    expect([answer.get('admin_consent'), answer.get('scope')]).toEqual(['True', null])
  })

  it('that is refused comes back with admin_consent=True and an error', async () => {
    const to = await sandbox()
    await control(to, 'POST', 'next-sign-in', {
      error: 'consent_required',
      error_description: 'AADSTS65004: no',
    })
    const answer = redirected(await consent(to))
    expect([answer.get('admin_consent'), answer.get('error'), answer.get('tenant')]).toEqual([
      ...['True', 'consent_required', null],
    ])
  })

  it('needs a redirect URI that is registered, or any', async () => {
    const none = newRegistration({ redirectUris: [], allowPublicClientFlows: true })
    const to = await sandbox({ registrations: [none] })
    expect(aadstsNumber(await consent(to, { redirect_uri: 'https://elsewhere.example/' }))).toBe(50011)
    expect(redirected(await consent(to, { redirect_uri: undefined })).get('admin_consent')).toBe('True')
    const unregistered = { client_id: none.clientId, redirect_uri: undefined }
    expect(aadstsNumber(await consent(to, unregistered))).toBe(500113)
    expect(aadstsNumber(await consent(to, {}, 'v2.0/adminconsent', 'consumers'))).toBe(500201)
  })

  it('shows its pages to a person', async () => {
    const to = await startSandbox({ signIn: 'page' })
    try {
      const page = await consent(to, { login_hint: ada })
      expect([page.status, page.text]).toEqual([200, expect.stringContaining('Pick an account')])
    } finally {
      await to.close()
    }
  })
})
