import type { Socket } from 'node:net'
import { openSocket, sendRaw } from '../../test/helpers/network/raw-http.ts'
import { type Attack, form, get, type Known, mark } from './attack.ts'
import type { Scene } from './scene.ts'

/** Hundreds of connections that stay open until the genuine answer has been delivered. */
const crowd = 500

async function gather({ login, until }: Scene, bytes: string): Promise<Socket[]> {
  const hosts = Array.from({ length: crowd }, (_, index) => (index % 2 ? '127.0.0.1' : '::1'))
  const coming = hosts.map((host) => openSocket(login.known.port, host, bytes).catch(() => undefined))
  const sockets = (await Promise.all(coming)).filter((socket) => socket !== undefined)
  until(() => {
    for (const socket of sockets) socket.destroy()
  })
  return sockets
}

const lingering: [string, (known: Known) => string][] = [
  ['that say nothing', () => ''],
  ['with half a request line', ({ path }) => `GET ${path}?state=`],
  ['with half of their headers', (k) => `GET ${k.path} HTTP/1.1\r\nHost: ${k.host}\r\nX-`],
  [
    'whose bodies never come',
    (k) => `POST ${k.path} HTTP/1.1\r\nHost: ${k.host}\r\n${form}\r\nContent-Length: 9\r\n\r\n`,
  ],
]

const group = 'many connections at once'

export const crowdAttacks: Attack[] = [
  ...lingering.map(
    ([what, bytes]): Attack => ({
      group,
      name: `${crowd} ${what}`,
      async act(scene) {
        await gather(scene, bytes(scene.login.known))
        return []
      },
    }),
  ),
  {
    group,
    name: `${crowd} that send a byte now and then`,
    async act(scene) {
      const sockets = await gather(scene, `GET ${scene.login.known.path}?${mark}`)
      const dripping = setInterval(() => {
        for (const socket of sockets) if (socket.writable) socket.write('x')
      }, 50)
      scene.until(() => clearInterval(dripping))
      return []
    },
  },
  {
    group,
    name: `${crowd} that come again whenever they are cut off`,
    async act(scene) {
      let over = false
      scene.until(() => {
        over = true
      })
      const comeAgain = (socket: Socket) => {
        if (over) socket.destroy()
        else socket.resume().on('close', () => void open().then(comeAgain, () => {}))
      }
      const open = () => openSocket(scene.login.known.port, '127.0.0.1', 'GET /')
      for (const socket of await gather(scene, 'GET /')) comeAgain(socket)
      return []
    },
  },
  {
    group,
    name: `${crowd} with a wrong answer each`,
    async act({ login: { known } }) {
      const bytes = get(`${known.path}?code=${known.code}&state=${mark}`, known)
      return Promise.all(
        Array.from({ length: crowd }, () => sendRaw(known.port, bytes, { patienceMs: 5_000 })),
      )
    },
  },
  {
    group,
    name: `${crowd} that hang up at once`,
    async act(scene) {
      for (const socket of await gather(scene, get(scene.login.known.path, scene.login.known)))
        socket.resetAndDestroy()
      return []
    },
  },
]
