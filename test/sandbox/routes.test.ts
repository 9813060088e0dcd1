import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { describe, expect, it } from 'vitest'
import type { Sandbox } from '../../sandbox/index.ts'
import { call, type Json, sandbox } from '../helpers/sandbox/client.ts'

/** A GET with a Host header of its own. */
async function at(to: Sandbox, url: string): Promise<{ status: number; text: string; json: Json }> {
  const { host, pathname } = new URL(url)
  const { port } = new URL(to.origin)
  const ca = readFileSync(to.caFile ?? '')
  return new Promise((resolve, reject) => {
    request(
      {
        hostname: 'localhost',
        port,
        ca,
        agent: false,
        servername: 'localhost',
        path: pathname,
        headers: { host },
      },
      async (response) => {
        let text = ''
        for await (const chunk of response) text += chunk
        const json = text.startsWith('{') ? JSON.parse(text) : undefined
        resolve({ status: response.statusCode ?? 0, text, json })
      },
    )
      .on('error', reject)
      .end()
  })
}

const discovery = '/common/v2.0/.well-known/openid-configuration'

describe('each of Microsoft’s names', () => {
  it('has its own service and answers for no other', async () => {
    const to = await sandbox({ asMicrosoft: true, port: 0 })
    for (const host of ['login.microsoftonline.com', 'login.windows.net', 'sts.windows.net']) {
      expect((await at(to, `https://${host}${discovery}`)).status, host).toBe(200)
      for (const path of ['/v1.0/me', '/v1.0/me/drive/root/children', '/oidc/userinfo', '/download/x']) {
        const { status, text } = await at(to, `https://${host}${path}`)
        expect([status, text], host + path).toEqual([404, ''])
      }
    }
    expect((await at(to, 'https://graph.microsoft.com/v1.0/me')).status).toBe(401)
    for (const path of [discovery, '/common/oauth2/v2.0/token', '/devicelogin', '/v2.0/me']) {
      const { status, json } = await at(to, `https://graph.microsoft.com${path}`)
      expect([status, json.error.code, json.error.message], path).toEqual([
        400,
        'BadRequest',
        'Invalid version.',
      ])
    }
    for (const host of ['contoso-my.sharepoint.com', 'my.microsoftpersonalcontent.com']) {
      expect((await at(to, `https://${host}/download/x`)).status, host).toBe(401)
      expect((await at(to, `https://${host}/v1.0/me`)).json?.error?.code, host).toBeUndefined()
      expect((await at(to, `https://${host}${discovery}`)).json?.issuer, host).toBeUndefined()
    }
  })

  it('that was chosen keeps to its service, unless it was chosen for both', async () => {
    const names = { authority: 'https://login.test', graph: 'https://graph.test' }
    const to = await sandbox({ tls: true, origins: names })
    expect((await at(to, `https://login.test${discovery}`)).status).toBe(200)
    expect((await at(to, 'https://login.test/v1.0/me')).status).toBe(404)
    expect((await at(to, `https://graph.test${discovery}`)).status).toBe(400)
    const both = await sandbox({
      tls: true,
      origins: { authority: 'https://od.test', graph: 'https://od.test' },
    })
    expect((await at(both, `https://od.test${discovery}`)).status).toBe(200)
    expect((await at(both, 'https://od.test/v1.0/me')).status).toBe(401)
  })
})

it('on loopback everything is at one origin, with Microsoft’s names as well', async () => {
  for (const to of [await sandbox(), await sandbox({ origins: { authority: 'https://login.test' } })]) {
    expect((await call(`${to.origin}${discovery}`)).status).toBe(200)
    expect((await call(`${to.origin}/v1.0/me`)).status).toBe(401)
    expect((await call(`${to.origin}/nothing/here`)).json).toEqual({ error: 'Not found.' })
  }
  const to = await sandbox({ asMicrosoft: true, port: 0 })
  const { host } = new URL(to.origin)
  expect((await at(to, `https://${host}${discovery}`)).status).toBe(200)
  expect((await at(to, `https://${host}/v1.0/me`)).status).toBe(401)
})
