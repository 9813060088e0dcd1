import { describe, expect, it } from 'vitest'
import type { SandboxOptions } from '../../../sandbox/index.ts'
import {
  ada,
  call,
  form,
  grace,
  graph,
  newRegistration,
  sandbox,
  token,
} from '../../helpers/sandbox/client.ts'

const graphDefault = 'https://graph.microsoft.com/.default'
const asked = { grant_type: 'client_credentials', scope: graphDefault }
const secret = 'abc8Q~secret'

const withRoles = (...applicationPermissions: string[]) =>
  newRegistration({ redirectUris: [], secrets: [secret], applicationPermissions })

/** A token for an application in Ada's organization, and requests with it. */
async function asApplication(roles: string[], options: SandboxOptions = {}) {
  const app = withRoles(...roles)
  const to = await sandbox({ ...options, registrations: [app] })
  const answer = await token(
    to,
    { ...asked, client_id: app.clientId, client_secret: secret },
    'contoso.example',
  )
  const get = (path: string) => graph(to, answer.json.access_token, 'GET', path)
  return { to, app, answer, get, accessToken: answer.json.access_token as string }
}

describe('an application without a person', () => {
  it('gets a token with its roles, and nothing that belongs to a person', async () => {
    const { answer, app } = await asApplication(['Files.Read.All'])
    expect(answer.status).toBe(200)
    expect(Object.keys(answer.json).toSorted()).toEqual([
      'access_token',
      'expires_in',
      'ext_expires_in',
      'token_type',
    ])
    const [, claims = ''] = answer.json.access_token.split('.')
    const read = JSON.parse(Buffer.from(claims, 'base64url').toString())
    expect(read).toMatchObject({
      idtyp: 'app',
      appid: app.clientId,
      roles: ['Files.Read.All'],
      sub: read.oid,
    })
    expect([read.scp, read.upn, read.name]).toEqual([undefined, undefined, undefined])
  })

  it('is no "me" to Graph, and reads or writes the drives of its organization as its roles allow', async () => {
    const reader = await asApplication(['Files.Read.All', 'Sites.Read.All'], { examples: true })
    for (const path of ['/me', '/me/drive/root', '/me/drive/root/children']) {
      const { status, json } = await reader.get(path)
      expect([status, json.error.code], path).toEqual([400, 'BadRequest'])
      expect(json.error.message).toBe('/me request is only valid with delegated authentication flow.')
    }
    const { json: drive } = await reader.get(`/users/${ada}/drive`)
    expect(drive.owner.user.email).toBe(ada)
    expect((await reader.get(`/drives/${drive.id}/root/children`)).status).toBe(200)
    expect((await reader.get(`/users/${grace}/drive/root`)).status).toBe(403)
    expect((await reader.get('/sites?search=*')).json.value[0].displayName).toBe('Project X')
    // Without a person in front, a drive is that of the root site.
    const { json: root } = await reader.get('/drive')
    expect([root.driveType, root.webUrl]).toEqual(['documentLibrary', expect.stringMatching(/Documents$/)])
    expect((await reader.get('/drives')).json.value).toMatchObject([{ id: root.id }])
    const add = (to: typeof reader) =>
      graph(to.to, to.accessToken, 'POST', `/users/${ada}/drive/root/children`, {
        name: 'By app',
        folder: {},
      })
    expect((await add(reader)).status).toBe(403)
    const writer = await asApplication(['Files.ReadWrite.All'])
    expect((await writer.get('/drive')).status).toBe(404)
    expect((await add(writer)).json).toMatchObject({ createdBy: { user: { displayName: writer.app.name } } })
  })

  it('without roles may do nothing', async () => {
    const { answer, get } = await asApplication([])
    expect(answer.status).toBe(200)
    expect((await get(`/users/${ada}/drive/root`)).json.error).toMatchObject({
      code: 'accessDenied',
      message: 'Either scp or roles claim need to be present in the token.',
    })
  })

  it('speaks version 1.0 as well', async () => {
    const { to, app } = await asApplication(['Files.Read.All'])
    const { json } = await call(`${to.origin}/contoso.example/oauth2/token`, {
      method: 'POST',
      body: form({
        ...{ client_id: app.clientId, client_secret: secret, grant_type: 'client_credentials' },
        resource: 'https://graph.microsoft.com',
      }),
    })
    expect([json.expires_on, json.scope, json.refresh_token]).toEqual([
      expect.stringMatching(/^\d+$/),
      undefined,
      undefined,
    ])
    expect((await graph(to, json.access_token, 'GET', `/users/${ada}/drive`)).status).toBe(200)
  })

  it('is refused as Microsoft refuses it', async () => {
    const app = withRoles()
    const open = newRegistration({})
    const personal = newRegistration({ audience: 'PersonalMicrosoftAccount', secrets: [secret] })
    const to = await sandbox({ registrations: [app, open, personal] })
    const tenant = 'contoso.example'
    for (const [number, fields, where] of [
      [7000215, { client_secret: 'wrong' }, tenant],
      [7000218, { client_secret: undefined }, tenant],
      [7000218, { client_id: open.clientId, client_secret: undefined }, tenant],
      [700025, { client_id: open.clientId }, tenant],
      [700016, { client_id: open.clientId.replace(/^./, 'f').replace(/.$/, '0') }, tenant],
      [1002012, { scope: 'https://graph.microsoft.com/Files.Read.All' }, tenant],
      [1002012, { scope: `openid ${graphDefault}` }, tenant],
      [900144, { scope: undefined }, tenant],
      [500011, { scope: 'api://another/.default' }, tenant],
      [50059, {}, 'common'],
      [50059, {}, 'organizations'],
      [70003, {}, 'consumers'],
      [9002331, { client_id: personal.clientId }, tenant],
      [90002, {}, 'nowhere.example'],
    ] as const) {
      const client = { client_id: app.clientId, client_secret: secret }
      const { json } = await token(to, { ...asked, ...client, ...fields }, where)
      expect(json.error_codes, JSON.stringify([fields, where])).toEqual([number])
    }
  })
})
