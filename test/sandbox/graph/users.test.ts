import { expect, it } from 'vitest'
import {
  ada,
  grace,
  graph,
  type Json,
  newRegistration,
  sandbox,
  token,
} from '../../helpers/sandbox/client.ts'
import { charles, personOf } from '../../helpers/sandbox/places.ts'

it('the people of a directory are shown to those whose token allows it, and nobody else', async () => {
  const secret = 'abc8Q~secret'
  const app = newRegistration({
    secrets: [secret],
    applicationPermissions: ['User.Read.All', 'Files.Read.All'],
  })
  const to = await sandbox({ examples: true, registrations: [app] })
  const client = {
    client_id: app.clientId,
    client_secret: secret,
    scope: 'https://graph.microsoft.com/.default',
  }
  const { json } = await token(to, { ...client, grant_type: 'client_credentials' }, 'contoso.example')
  const get = (path: string) => graph(to, json.access_token, 'GET', path)
  const { value } = (await get('/users?$select=id,userPrincipalName')).json
  expect(value.map((one: Json) => one.userPrincipalName)).toEqual([ada, charles])
  for (const { id } of value) {
    const { json: own } = await get(`/users/${id}/drive`)
    expect(own.owner.user.id).toBe(id)
    expect((await get(`/users/${id}/drives?$select=id`)).json.value).toEqual([{ id: own.id }])
  }
  expect((await get('/users/nobody/drives')).status).toBe(404)
  expect((await get(`/users/${encodeURIComponent(charles)}`)).json.displayName).toBe('Charles Babbage')
  const missing = await get(`/users/${grace}`)
  expect([missing.status, missing.json.error.code]).toEqual([404, 'Request_ResourceNotFound'])
  expect((await get("/users?$filter=startswith(displayName,'A')")).status).toBe(501)
  expect((await get('/users/x/messages')).status).toBe(501)

  const person = await personOf(to, ada)
  expect((await person.get(`/users/${charles}`)).json.error.code).toBe('Authorization_RequestDenied')
  expect((await person.get(`/users/${charles}/drives`)).status).toBe(403)
  expect((await person.get(`/users/${ada}/drives`)).json.value).toHaveLength(1)
  const wider = await personOf(to, ada, 'User.ReadBasic.All')
  expect((await wider.get(`/users/${charles}`)).json.userPrincipalName).toBe(charles)
  const personal = await personOf(to, grace)
  expect((await personal.get('/users')).status).toBe(403)
})
