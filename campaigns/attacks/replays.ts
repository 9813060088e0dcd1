/* The genuine answer to this login or another one, at the wrong time or place, or modified. */

import { once } from 'node:events'
import { openSocket, type RawAnswer, sendRaw } from '../../test/helpers/network/raw-http.ts'
import { signInAt } from '../../test/helpers/program/waiting-login.ts'
import { bringTruth } from './assault.ts'
import { type Attack, type Done, get, mark } from './attack.ts'
import type { Scene } from './scene.ts'

const ofOthers = group('the answer to another login', [
  [
    'an earlier login, which was linked',
    async (scene) => {
      const earlier = await anotherLogin(scene)
      await bringTruth(earlier, [])
      return [await scene.send(get(`${scene.login.known.path}?${earlier.known.truth}`, scene.login.known))]
    },
  ],
  [
    'another login that is waiting',
    async (scene) => {
      const other = await anotherLogin(scene)
      const [{ known }, send] = [scene.login, sendRaw]
      const both = [
        await scene.send(get(`${known.path}?${other.known.truth}`, known)),
        await send(other.known.port, get(`${known.path}?${known.truth}`, other.known)),
      ]
      if (!other.waits()) throw new Error('the login beside it ended')
      return both
    },
  ],
  [
    'its code, without a state',
    async (scene) => {
      const { known } = await anotherLogin(scene)
      return [await scene.send(get(`${known.path}?code=${known.code}`, scene.login.known))]
    },
  ],
  [
    'an attacker’s code with an attacker’s state',
    async (scene) => {
      const answer = await signInAt(changed(scene, { state: mark }))
      return [await scene.send(get(`${scene.login.known.path}?${answer}`, scene.login.known))]
    },
  ],
])

const again = group(
  'the genuine answer, repeated',
  [
    ['twice at once', (scene) => Promise.all([deliver(scene), deliver(scene)])],
    [
      'ten times, while its code is being redeemed',
      async (scene) => {
        await slowRedemption(scene)
        return Promise.all(Array.from({ length: 10 }, () => deliver(scene)))
      },
    ],
    [
      'wrong ones, while its code is being redeemed',
      async (scene) => {
        const { known } = scene.login
        await slowRedemption(scene)
        const coming = deliver(scene)
        const wrong = [`code=${mark}&state=${known.state}x`, `error=access_denied&state=${mark}`, 'error=x']
        const refused = await Promise.all(
          wrong.map((fields) => scene.send(get(`${known.path}?${fields}`, known))),
        )
        if (refused.some(({ status }) => status !== 400)) throw new Error('a wrong answer was taken')
        return [...refused, await coming]
      },
    ],
    [
      'from a browser that disconnects before it gets the page',
      async ({ login: { known, ended } }) => {
        const socket = await openSocket(known.port, '127.0.0.1', get(`${known.path}?${known.truth}`, known))
        setTimeout(() => socket.destroy(), 20)
        await ended
        return []
      },
    ],
    [
      'after the login has ended',
      async ({ login }) => {
        await bringTruth(login, [])
        const late = openSocket(login.known.port).then((socket) => once(socket.resume(), 'close'))
        if (
          await late.then(
            () => true,
            () => false,
          )
        )
          throw new Error('somebody still listens')
        return []
      },
    ],
  ],
  'linked',
)

/** Anyone who knows the state can end the login, which is why it is secret. It must not create a link. */
const withTheState = group(
  'an attacker’s code with the right state',
  [
    ['a code of another login', async (scene) => withState(scene, (await anotherLogin(scene)).known.code)],
    ['a made-up code', (scene) => withState(scene, mark)],
    [
      'a code without a challenge',
      async (scene) =>
        withState(
          scene,
          await codeFor(scene, { code_challenge: undefined, code_challenge_method: undefined }),
        ),
    ],
    [
      'a code with the attacker’s challenge',
      async (scene) =>
        withState(
          scene,
          await codeFor(scene, { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' }),
        ),
    ],
    [
      'a code whose challenge method was downgraded to plain',
      async (scene) => withState(scene, await codeFor(scene, { code_challenge_method: 'plain' })),
    ],
    ['a code for another nonce', async (scene) => withState(scene, await codeFor(scene, { nonce: mark }))],
    [
      'a code for another redirect URI',
      async (scene) => withState(scene, await codeFor(scene, { redirect_uri: 'http://localhost:1/' })),
    ],
    [
      'a refusal',
      ({ send, login: { known } }) =>
        send(get(`${known.path}?error=access_denied&state=${known.state}`, known)).then((answer) => [answer]),
    ],
  ],
  'refused',
)

export const replays: Attack[] = [...ofOthers, ...again, ...withTheState]

function group(name: string, rows: [string, Done['act']][], ends?: Done['ends']): Attack[] {
  return rows.map(([what, act]) => ({
    group: name,
    name: what,
    act,
    needs: ['sandbox'],
    ...(ends && { ends }),
  }))
}

async function anotherLogin({ target, until }: Scene) {
  const login = await target.begin()
  until(login.end)
  return login
}

function deliver({ login: { known } }: Scene): Promise<RawAnswer> {
  return sendRaw(known.port, get(`${known.path}?${known.truth}`, known))
}

async function slowRedemption({ target, until }: Scene): Promise<void> {
  await target.sandbox?.control('POST', 'weather', { match: '/token', effect: { delayMs: 300 } })
  until(() => target.sandbox?.control('DELETE', 'weather'))
}

/** The authorize URL with some parameters changed, as a hostile page would open it. */
function changed({ login }: Scene, fields: Record<string, string | undefined>): URL {
  const address = new URL(login.address)
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) address.searchParams.delete(name)
    else address.searchParams.set(name, value)
  }
  return address
}

async function codeFor(scene: Scene, fields: Record<string, string | undefined>): Promise<string> {
  return (await signInAt(changed(scene, fields))).get('code') ?? mark
}

async function withState(scene: Scene, code: string): Promise<RawAnswer[]> {
  const { path, state } = scene.login.known
  return [await scene.send(get(`${path}?code=${code}&state=${state}`, scene.login.known))]
}
