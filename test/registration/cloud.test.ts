import { describe, expect, it } from 'vitest'
import { cloudInUse } from '../../src/registration/cloud.ts'

describe.each([
  ['OD_LINK_AUTHORITY_HOST', 'login', 'https://login.microsoftonline.com'],
  ['OD_LINK_GRAPH_HOST', 'graph', 'https://graph.microsoft.com'],
] as const)('%s', (variable, which, usual) => {
  const at = (value: string) => {
    process.env[variable] = value
    try {
      return cloudInUse('global')[which]
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
