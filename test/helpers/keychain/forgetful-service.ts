import { connect, type Socket } from 'node:net'
import { socketOf } from '../../../src/accounts/stores/keychain/dbus.ts'
import type { Value, Variant } from '../../../src/accounts/stores/keychain/dbus-values.ts'
import { encodeMessage, field, type Message, messageType, takeMessages } from './dbus-messages.ts'

/**
 * A Secret Service that accepts every secret, but shows it only to the process that saved it, like some
 * keyrings on WSL.
 */
export interface ForgetfulService {
  /** The saved secrets of all processes. */
  kept: () => number
  stop: () => void
}

interface Item {
  pid: number
  attributes: string
  secret: Value
}

const items = '/org/freedesktop/secrets/collection/login/'

/** Runs it on the bus of that address. */
export async function startForgetfulService(address: string): Promise<ForgetfulService> {
  const socket = connect({ path: String(socketOf(address)) })
  const kept = new Map<string, Item>()
  const replies = new Map<number, (body: Value[]) => void>()
  let serial = 0

  const send = (type: number, fields: [number, Variant][], types: string, body: Value[]) => {
    serial += 1
    socket.write(encodeMessage(type, serial, fields, types, body))
    return serial
  }
  const askBus = (name: string, types = '', body: Value[] = []) =>
    new Promise<Value[]>((resolve) => {
      const bus = 'org.freedesktop.DBus'
      const fields: [number, Variant][] = [
        [field.path, { type: 'o', value: '/org/freedesktop/DBus' }],
        [field.interface, { type: 's', value: bus }],
        [field.member, { type: 's', value: name }],
        [field.destination, { type: 's', value: bus }],
      ]
      replies.set(send(messageType.call, fields, types, body), resolve)
    })

  /** What each call answers: the types of the answer, and the answer. */
  const answers: Record<
    string,
    (body: Value[], pid: number, item: string) => [types: string, body: Value[]]
  > = {
    OpenSession: () => ['vo', [{ type: 's', value: '' }, '/session']],
    ReadAlias: () => ['o', [items.slice(0, -1)]],
    Unlock: ([objects = []]) => ['aoo', [objects, '/']],
    SearchItems: ([wanted], pid) => {
      const found = [...kept].filter(
        ([, one]) => one.pid === pid && one.attributes === JSON.stringify(wanted),
      )
      return ['aoao', [found.map(([name]) => name), []]]
    },
    GetSecrets: ([names]) => {
      const secrets = (names as string[]).map((name): [string, Value] => [name, kept.get(name)?.secret ?? []])
      return ['a{o(oayays)}', [secrets]]
    },
    CreateItem: ([properties, secret = []], pid) => {
      const name = `${items}${serial}`
      const [, attributes] =
        (properties as [string, Variant][]).find(([key]) => key.endsWith('Attributes')) ?? []
      kept.set(name, { pid, attributes: JSON.stringify(attributes?.value), secret })
      return ['oo', [name, '/']]
    },
    Delete: (_, _pid, item) => {
      kept.delete(item)
      return ['o', ['/']]
    },
  }

  const receive = async ({ type, serial: asked, fields, body }: Message) => {
    if (type === messageType.reply) return replies.get(Number(fields.get(field.replySerial)))?.(body)
    const answer = answers[String(fields.get(field.member))]
    if (type !== messageType.call || !answer) return
    const from = String(fields.get(field.sender))
    const [pid] = await askBus('GetConnectionUnixProcessID', 's', [from])
    const [types, values] = answer(body, Number(pid), String(fields.get(field.path)))
    const to: [number, Variant][] = [
      [field.replySerial, { type: 'u', value: asked }],
      [field.destination, { type: 's', value: from }],
    ]
    send(messageType.reply, to, types, values)
  }

  await authenticated(socket, (message) => void receive(message))
  await askBus('Hello')
  await askBus('RequestName', 'su', ['org.freedesktop.secrets', 0])
  return { kept: () => kept.size, stop: () => socket.destroy() }
}

/** Resolves when the bus knows who this is; from then on each message is handed on. */
function authenticated(socket: Socket, receive: (message: Message) => void): Promise<void> {
  let buffered: Buffer = Buffer.alloc(0)
  let accepted = false
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      buffered = Buffer.concat([buffered, chunk])
      if (!accepted) {
        accepted = true
        buffered = Buffer.alloc(0)
        socket.write('BEGIN\r\n')
        return resolve()
      }
      const { messages, rest } = takeMessages(buffered)
      buffered = rest
      for (const message of messages) receive(message)
    })
    const user = Buffer.from(String(process.getuid?.())).toString('hex')
    socket.write(`\0AUTH EXTERNAL ${user}\r\n`)
  })
}
