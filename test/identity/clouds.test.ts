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
    ],
    [
      'usgov',
      'login.microsoftonline.us',
      'graph.microsoft.us',
      'organizations',
      'entra.microsoft.us',
      'AzureUSGovernment',
    ],
    [
      'dod',
      'login.microsoftonline.us',
      'dod-graph.microsoft.us',
      'organizations',
      'entra.microsoft.us',
      'AzureUSGovernment',
    ],
    [
      'china',
      'login.partner.microsoftonline.cn',
      'microsoftgraph.chinacloudapi.cn',
      'organizations',
      'entra.microsoftonline.cn',
      'AzureChinaCloud',
    ],
  ])('%s', (name, login, graph, tenant, portal, az) => {
    const hosts = { login: `https://${login}`, graph: `https://${graph}`, portal: `https://${portal}` }
    expect(findCloud(name)).toEqual({ ...hosts, tenant, az })
    expect(portalOf(hosts.login)).toBe(hosts.portal)
  })

  it('have a name of earlier versions, and no others', () => {
    expect(findCloud('usgovdod')).toEqual(findCloud('dod'))
    for (const name of ['germany', '', 'toString', '__proto__']) {
      expect(() => findCloud(name)).toThrow(
        expect.objectContaining({
          kind: 'usage',
          message: `There is no cloud "${name}".`,
          hint: 'It is one of: global, usgov, dod, china',
        }),
      )
    }
  })

  it('have the global portal where the login host is of none of them', () => {
    expect(portalOf('http://localhost:5000')).toBe('https://entra.microsoft.com')
  })
})

describe.each([
  ['OD_LINK_AUTHORITY_HOST', 'login', 'https://login.microsoftonline.com'],
  ['OD_LINK_GRAPH_HOST', 'graph', 'https://graph.microsoft.com'],
] as const)('%s', (variable, which, usual) => {
  const at = (value: string) => {
    process.env[variable] = value
    try {
      return findCloud('global')[which]
    } finally {
      delete process.env[variable]
    }
  }

  it.each([
    ['', usual],
    ['https://login.example', 'https://login.example'],
    ['https://login.example/', 'https://login.example'],
    ['https://LOGIN.example:444', 'https://login.example:444'],
    ['http://localhost:5000', 'http://localhost:5000'],
    ['http://127.0.0.1:5000', 'http://127.0.0.1:5000'],
    ['http://[::1]:5000', 'http://[::1]:5000'],
  ])('%j leads to %s', (value, origin) => {
    expect(at(value)).toBe(origin)
  })

  it.each([
    'login.example',
    'http://login.example',
    'http://localhost.evil.example',
    'ftp://localhost',
    'https://user@login.example',
    'https://login.example/common',
    'https://login.example?x=y',
    'https://login.example#x',
  ])('%j is refused, since tokens would go there', (value) => {
    expect(() => at(value)).toThrow(
      expect.objectContaining({
        kind: 'usage',
        message: `${variable} must be an https origin, or http on loopback.`,
        hint: `For example: ${variable}=https://login.microsoftonline.com`,
      }),
    )
  })
})
