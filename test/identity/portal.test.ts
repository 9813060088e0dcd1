import { describe, expect, it } from 'vitest'
import { audienceOf, audiences, inApp, inOrganisation, menu } from '../../src/identity/portal.ts'

describe('the way through the portal', () => {
  it('is in two lines, from the page of the global cloud unless told', () => {
    expect(inApp(menu.overview)).toBe(
      'https://entra.microsoft.com > Entra ID > App registrations > your app\n> Overview',
    )
    expect(inApp(menu.newSecret, 'https://entra.example')).toBe(
      'https://entra.example > Entra ID > App registrations > your app\n> Certificates & secrets > Client secrets > New client secret',
    )
    expect(inOrganisation('Properties')).toBe(
      'https://entra.microsoft.com > Entra ID > Enterprise applications\n> your app > Properties',
    )
  })

  it('names each page by the words of its menus', () => {
    for (const words of Object.values(menu)) expect(words).toMatch(/^[A-Z][\w ()&,>:-]+$/)
    expect(menu.newRegistration).toBe('New registration')
    expect(menu.publicFlows).toMatch(/Allow public client flows: Yes$/)
    expect(menu.addWeb).toMatch(/^Authentication > Add a platform > Web$/)
  })
})

describe('who may sign in to an app', () => {
  it.each([
    [
      'common',
      'AzureADandPersonalMicrosoftAccount',
      /^Any Entra ID Tenant \+ Personal/,
      /^Accounts in any .*\nand personal/,
    ],
    [
      'organizations',
      'AzureADMultipleOrgs',
      /^Multiple Entra ID tenants$/,
      /^Accounts in any organizational directory$/,
    ],
    [
      'consumers',
      'PersonalMicrosoftAccount',
      /^Personal accounts only$/,
      /^Personal Microsoft accounts only$/,
    ],
    [
      'contoso.example',
      'AzureADMyOrg',
      /^Single tenant only$/,
      /^Accounts in this organizational directory only$/,
    ],
  ])('that is used with the tenant %s: %s', (tenant, manifest, choice, older) => {
    const audience = audiences[audienceOf(tenant)]
    expect(audience.manifest).toBe(manifest)
    expect(audience.choice).toMatch(choice)
    expect(audience.older).toMatch(older)
  })
})
