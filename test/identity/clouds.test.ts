import { describe, expect, it } from 'vitest'
import { findCloud, portalOf } from '../../src/identity/clouds.ts'

describe('Microsoft’s clouds', () => {
  it.each([
    [
      'global',
      'login.microsoftonline.com',
      'graph.microsoft.com',
      'common',
      'entra.microsoft.com',
      'AzureCloud',
      'sharepoint.com',
    ],
    [
      'usgov',
      'login.microsoftonline.us',
      'graph.microsoft.us',
      'organizations',
      'entra.microsoft.us',
      'AzureUSGovernment',
      'sharepoint.us',
    ],
    [
      'dod',
      'login.microsoftonline.us',
      'dod-graph.microsoft.us',
      'organizations',
      'entra.microsoft.us',
      'AzureUSGovernment',
      'sharepoint-mil.us',
    ],
    [
      'china',
      'login.partner.microsoftonline.cn',
      'microsoftgraph.chinacloudapi.cn',
      'organizations',
      'entra.microsoftonline.cn',
      'AzureChinaCloud',
      'sharepoint.cn',
    ],
  ])('%s', (name, login, graph, tenant, portal, az, sharePoint) => {
    const hosts = { login: `https://${login}`, graph: `https://${graph}`, portal: `https://${portal}` }
    // Only one cloud has personal accounts.
    const personalDrives = name === 'global' ? ['onedrive.live.com', '1drv.ms'] : []
    expect(findCloud(name)).toEqual({ ...hosts, tenant, az, sharePoint, personalDrives })
    expect(portalOf(hosts.login)).toBe(hosts.portal)
  })

  it('have a name of earlier versions, and no others', () => {
    expect(findCloud('usgovdod')).toEqual(findCloud('dod'))
    for (const name of ['germany', '', 'toString', '__proto__']) {
      expect(() => findCloud(name)).toThrow(
        expect.objectContaining({
          kind: 'usage',
          message: `Unknown cloud: "${name}".`,
          hint: 'Choose one of: global, usgov, dod, china',
        }),
      )
    }
  })

  it('have the global portal where the login host is of none of them', () => {
    expect(portalOf('http://localhost:5000')).toBe('https://entra.microsoft.com')
  })
})
