import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  aadstsNumber,
  authorize,
  grace,
  newRegistration,
  sandbox,
  startDeviceFlow,
  token,
} from '../../helpers/sandbox/client.ts'

const workTenant = '5d1f0a3c-7be2-4c86-9d0e-2f6a41c7b893'

describe('the audience of a registration', () => {
  const one = newRegistration({ audience: 'AzureADMyOrg', tenant: workTenant.toUpperCase() })
  const elsewhere = newRegistration({ audience: 'AzureADMyOrg', tenant: randomUUID() })
  const orgs = newRegistration({ audience: 'AzureADMultipleOrgs' })
  const personal = newRegistration({ audience: 'PersonalMicrosoftAccount' })
  const registrations = [one, elsewhere, orgs, personal]

  it.each([
    ['one directory', one, 'common', 50194],
    ['one directory', one, 'organizations', 50194],
    ['one directory', one, 'consumers', 9002332],
    ['one directory', one, workTenant, undefined],
    ['one directory', elsewhere, workTenant, 700016],
    ['any directory', orgs, 'common', undefined],
    ['any directory', orgs, 'consumers', 9002332],
    ['personal accounts', personal, 'common', 9002331],
    ['personal accounts', personal, 'contoso.example', 9002331],
    ['personal accounts', personal, 'consumers', undefined],
  ] as const)('of %s is kept at each endpoint: %#', async (_, { clientId }, tenant, expected) => {
    const to = await sandbox({ registrations })
    expect(aadstsNumber(await authorize(to, { client_id: clientId }, tenant))).toBe(expected)
    expect(aadstsNumber(await startDeviceFlow(to, clientId, tenant))).toBe(expected)
    const redemption = await token(
      to,
      { client_id: clientId, grant_type: 'refresh_token', refresh_token: 'x' },
      tenant,
    )
    expect(aadstsNumber(redemption)).toBe(expected ?? 9002313)
  })

  it('stops a personal account on a page when the app is for work accounts only', async () => {
    const to = await sandbox({ registrations })
    const answer = await authorize(to, { client_id: orgs.clientId, login_hint: grace })
    expect(answer.text).toContain('not enabled for consumers')
  })
})
