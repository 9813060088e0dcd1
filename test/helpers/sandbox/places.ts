/* A sandbox with a site, and people of one organization who share with each other. */

import type { Registration, Sandbox, SandboxOptions } from '../../../sandbox/index.ts'
import { ada, control, grace, graph, type Json, sandbox, signIn, token } from './client.ts'

export const charles = 'charles@contoso.example'
export const margaret = 'margaret@outlook.example'

const users: SandboxOptions['users'] = [
  { username: ada, name: 'Ada Lovelace', kind: 'work' },
  { username: charles, name: 'Charles Babbage', kind: 'work' },
  { username: grace, name: 'Grace Hopper', kind: 'personal' },
  { username: margaret, name: 'Margaret Hamilton', kind: 'personal' },
]

const basic = 'openid profile offline_access User.Read'
/** What an organization may grant. */
export const scopes = {
  ownDrive: `${basic} Files.ReadWrite`,
  drives: `${basic} Files.ReadWrite.All`,
  sites: `${basic} Files.ReadWrite.All Sites.Read.All`,
}

export type Person = Awaited<ReturnType<typeof personOf>>

/** One person's requests to Graph. */
export async function personOf(to: Sandbox, username: string, scope = scopes.sites) {
  const { access_token: accessToken } = await signIn(to, username, { scope })
  return requestsWith(to, accessToken)
}

/** An application's requests in Ada's organization, without a person. */
export async function applicationOf(to: Sandbox, { clientId, secrets = [] }: Registration) {
  const form = { grant_type: 'client_credentials', scope: 'https://graph.microsoft.com/.default' }
  const credentials = { client_id: clientId, client_secret: secrets[0] }
  const { json } = await token(to, { ...form, ...credentials }, 'contoso.example')
  return requestsWith(to, json.access_token)
}

function requestsWith(to: Sandbox, accessToken: string) {
  const ask = (method: string) => (path: string, body?: unknown, headers?: Record<string, string>) =>
    graph(to, accessToken, method, path, body, headers)
  const post = ask('POST')
  return {
    accessToken,
    get: (path: string, headers?: Record<string, string>) =>
      graph(to, accessToken, 'GET', path, undefined, headers),
    post,
    patch: ask('PATCH'),
    put: ask('PUT'),
    remove: (path: string) => graph(to, accessToken, 'DELETE', path),
    make: (path: string, name: string) =>
      post(path, { name, folder: {}, '@microsoft.graph.conflictBehavior': 'fail' }),
  }
}

/** A call of the control API that has to work. */
export async function arrange(to: Sandbox, name: string, body: unknown): Promise<Json> {
  const answer = await control(to, 'POST', name, body)
  if (answer.status !== 200) throw new Error(`${name}: ${answer.text}`)
  return answer.json
}

/** A sandbox with these people, and a site of which Ada is a member. */
export async function worldOfPlaces(options: SandboxOptions = {}) {
  const to = await sandbox({ users, ...options })
  const site = await arrange(to, 'site', {
    path: '/sites/project-x',
    name: 'Project X',
    group: true,
    members: [{ username: ada }],
    libraries: [{ name: 'Documents', segment: 'Shared Documents' }, { name: 'Archive' }],
  })
  return {
    to,
    site,
    host: new URL(to.origin).host,
    arrange: (name: string, body: unknown) => arrange(to, name, body),
  }
}

/** As `/shares` takes an address. Source: microsoft-graph-docs-contrib, api/shares-get. */
export function shareOf(address: string): string {
  return `u!${Buffer.from(address).toString('base64url')}`
}
