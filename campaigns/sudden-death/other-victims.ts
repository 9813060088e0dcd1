import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type SandboxProcess, startSandbox } from '../../test/helpers/microsoft/sandbox.ts'
import { makeManyInJson, treeOf, withParents } from '../../test/helpers/program/many-folders.ts'
import { type Running, startOdLink } from '../../test/helpers/program/od-link.ts'
import { loginByHand, signInAt } from '../../test/helpers/program/waiting-login.ts'
import type { Victim, Victims } from './kill.ts'
import type { Machine } from './machine.ts'

interface Tree {
  name: string
  children: Tree[]
}

/** `mkdir --from-file`: the next run creates what is missing. */
export async function bulkVictims({ sandbox, newWorld }: Machine): Promise<Victims> {
  const world = newWorld('file')
  const { code, stderr } = await loginByHand(world)
  if (code !== 0) throw new Error(stderr)
  let number = 0
  let paths: string[] = []
  let running: Running
  const top = () => `bulk ${number}`
  const made = async () => {
    const root: Tree = await sandbox.control('GET', 'drive')
    const found = root.children.find(({ name }) => name === top())
    return found ? pathsOf(found, '').sort() : []
  }
  /** The server still finishes the batch of a dead client. */
  const madeInTheEnd = async () => {
    for (let before = await made(); ; ) {
      await sleep(250)
      const now = await made()
      if (now.length === before.length) return now
      before = now
    }
  }
  const victim: Victim = {
    what: 'mkdir --from-file, 300 folders',
    prepare: async () => {
      number += 1
      paths = treeOf(`/${top()}`, 6, 50)
      await sandbox.control('POST', 'settings', { latencyMs: 25 })
    },
    start: async (options) => {
      const args = ['mkdir', '--from-file', '-', '--jobs', '2']
      running = world.start(args, { ...options, input: paths.join('\n') })
      return running
    },
    sign: { what: 'its first folder', seen: async () => (await made()).length > 0 },
    left: async () => {
      await sandbox.control('POST', 'settings', { latencyMs: 0 })
      const before = await madeInTheEnd()
      const told = (await running.ended).stdout.split('\n').slice(0, -1)
      const missing = told.filter((path) => !before.includes(path))
      if (missing.length > 0) throw new Error(`it told of ${missing}, which are not there`)
      await sandbox.control('DELETE', 'log')
      const { code, stderr, summary } = await makeManyInJson(world, paths)
      if (code !== 0) throw new Error(`the second run ends with ${code}: ${stderr}`)
      const there = paths.filter((path) => before.includes(path)).length
      const { failed, created, exists } = summary
      if (failed > 0 || exists !== there || created !== paths.length - there)
        throw new Error(`of ${paths.length} folders with ${there} there, it says ${JSON.stringify(summary)}`)
      if (JSON.stringify(await made()) !== JSON.stringify(withParents(paths)))
        throw new Error('the second run leaves other folders than those of the list')
      const log: { status: unknown }[] = await sandbox.control('GET', 'log')
      if (log.some(({ status }) => status === 409)) throw new Error('the second run calls a folder taken')
      return there === paths.length ? 'new' : 'earlier'
    },
  }
  return {
    victims: [victim],
    areShort: false,
    end: async () => {
      await world.run(['logout', '--all'])
      world.remove()
    },
  }
}

function pathsOf({ name, children }: Tree, parent: string): string[] {
  const path = `${parent}/${name}`
  return [path, ...children.flatMap((child) => pathsOf(child, path))]
}

const folders = 12

/** `sandbox --state FILE`, while a client creates folders. */
export function stateVictims({ dir }: Machine): Victims {
  const state = join(dir, 'state.json')
  const args = ['sandbox', '--json', '--state', state]
  const drafts = () => readdirSync(dir).filter((name) => name.startsWith('state.json.'))
  let number = 0
  let before: string[] = []
  /** The creations that were answered. */
  let answered: string[] = []
  const namesIn = async (sandbox: SandboxProcess) =>
    ((await sandbox.control('GET', 'drive')) as Tree).children.map(({ name }) => name)
  const victim: Victim = {
    what: 'sandbox --state',
    prepare: async () => {
      number += 1
      answered = []
    },
    start: async (options) => {
      const running = startOdLink(args, options)
      const seen = await running.seen(/^\{.*\}$/m).catch(() => undefined)
      if (!seen) return running
      const { origin, clientId } = JSON.parse(seen[0])
      const token = await signIn(origin, clientId).catch(() => '')
      const makeThem = async () => {
        for (let index = 0; index < folders; index += 1) {
          const name = `${number}-${index}`
          const { ok } = await make(origin, token, name)
          if (ok) answered.push(name)
          await sleep(100)
        }
        running.child.kill('SIGTERM')
      }
      makeThem().catch(() => {})
      return running
    },
    sign: { what: 'a draft of the file', seen: async () => drafts().length > 0 },
    left: async () => {
      const sandbox = await startSandbox('--state', state)
      const names = await namesIn(sandbox)
      await sandbox.stop()
      const made = names.filter((name) => !before.includes(name))
      // The created folders exist from the first one on without gaps, and no existing folder is missing.
      const expected = Array.from(made, (_, index) => `${number}-${index}`)
      const whole =
        names.length === before.length + made.length && made.sort(byNumber).join() === expected.join()
      if (!whole) throw new Error(`after ${before}, with ${answered} made, the file has ${names}`)
      if (drafts().length > 0) throw new Error(`beside the file there is ${drafts()}`)
      before = names
      return answered.every((name) => names.includes(name)) ? 'new' : 'earlier'
    },
  }
  return { victims: [victim], areShort: false, end: async () => {} }
}

const byNumber = (a: string, b: string) => Number(a.split('-')[1]) - Number(b.split('-')[1])

const redirectUri = 'http://localhost'

async function signIn(origin: string, clientId: string): Promise<string> {
  const address = new URL(`${origin}/common/oauth2/v2.0/authorize`)
  const asked = {
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'Files.ReadWrite',
  }
  address.search = String(new URLSearchParams(asked))
  const code = (await signInAt(address)).get('code') ?? ''
  const sent = { client_id: clientId, grant_type: 'authorization_code', redirect_uri: redirectUri, code }
  const answer = await fetch(`${origin}/common/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams(sent),
  })
  return ((await answer.json()) as { access_token: string }).access_token
}

function make(origin: string, token: string, name: string): Promise<Response> {
  return fetch(`${origin}/v1.0/me/drive/root/children`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name, folder: {}, '@microsoft.graph.conflictBehavior': 'fail' }),
  })
}
