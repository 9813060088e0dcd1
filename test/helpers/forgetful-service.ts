import { connect, type Socket } from 'node:net'
import { socketOf } from '../../src/accounts/dbus.ts'
import { decode, encode, type Value, type Variant } from '../../src/accounts/dbus-values.ts'

/**
 * A Secret Service that accepts every secret, shows it to the process that gave it, and to no other: as some
 * keyrings do on WSL.
 */
export interface ForgetfulService {
  /** The secrets that it was given and has not removed, of all processes. */
  kept: () => number
  stop: () => void
}

interface Item {
  pid: number
  attributes: string
  secret: Value
}

interface Message {
  type: number
  serial: number
  fields: Map<number, Value>
  body: Value[]
}

const [call, reply] = [1, 2]
const [path, interfaceName, member, replySerial, destination, sender, signature] = [1, 2, 3, 5, 6, 7, 8]
const items = '/org/freedesktop/secrets/collection/login/'

/** Runs it on the bus of that address. */
export async function startForgetfulService(address: string): Promise<ForgetfulService> {
  const socket = connect({ path: String(socketOf(address)) })
  const kept = new Map<string, Item>()
  const replies = new Map<number, (body: Value[]) => void>()
  let serial = 0

  const send = (type: number, fields: [number, Variant][], types: string, body: Value[]) => {
    serial += 1
    const bytes = encode(types, body)
    const all: [number, Variant][] = types ? [...fields, [signature, { type: 'g', value: types }]] : fields
    const head = encode('yyyyuua(yv)', ['l'.charCodeAt(0), type, 0, 1, bytes.length, serial, all])
    socket.write(Buffer.concat([head, Buffer.alloc(padding(head.length)), bytes]))
    return serial
  }
  const askBus = (name: string, types = '', body: Value[] = []) =>
    new Promise<Value[]>((resolve) => {
      const bus = 'org.freedesktop.DBus'
      const fields: [number, Variant][] = [
        [path, { type: 'o', value: '/org/freedesktop/DBus' }],
        [interfaceName, { type: 's', value: bus }],
        [member, { type: 's', value: name }],
        [destination, { type: 's', value: bus }],
      ]
      replies.set(send(call, fields, types, body), resolve)
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
    if (type === reply) return replies.get(Number(fields.get(replySerial)))?.(body)
    const answer = answers[String(fields.get(member))]
    if (type !== call || !answer) return
    const from = String(fields.get(sender))
    const [pid] = await askBus('GetConnectionUnixProcessID', 's', [from])
    const [types, values] = answer(body, Number(pid), String(fields.get(path)))
    const to: [number, Variant][] = [
      [replySerial, { type: 'u', value: asked }],
      [destination, { type: 's', value: from }],
    ]
    send(reply, to, types, values)
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
      while (buffered.length >= 16) {
        const [bodyLength, fieldsLength] = [buffered.readUInt32LE(4), buffered.readUInt32LE(12)]
        const head = 16 + fieldsLength + padding(fieldsLength)
        if (buffered.length < head + bodyLength) return
        const [, type, , , , serial, listed] = decode(
          'yyyyuua(yv)',
          buffered.subarray(0, 16 + fieldsLength),
          true,
        )
        const fields = new Map((listed as [number, Variant][]).map(([code, { value }]) => [code, value]))
        const body = decode(
          String(fields.get(signature) ?? ''),
          buffered.subarray(head, head + bodyLength),
          true,
        )
        buffered = buffered.subarray(head + bodyLength)
        receive({ type: Number(type), serial: Number(serial), fields, body })
      }
    })
    const user = Buffer.from(String(process.getuid?.())).toString('hex')
    socket.write(`\0AUTH EXTERNAL ${user}\r\n`)
  })
}

function padding(length: number): number {
  return (8 - (length % 8)) % 8
}
