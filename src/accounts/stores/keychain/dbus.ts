import { connect, type Socket } from 'node:net'
import { ownerOfSocket } from '../../../system/socket-owner.ts'
import { decode, encode, type Value, type Variant } from './dbus-values.ts'

/**
 * A small client for the D-Bus session bus: method calls, and the signals that result from them. It exists because every
 * call to the keychain needs a time limit, and a call in a native module cannot have one: while the module waits for an
 * unlock prompt, its thread even prevents the process from exiting.
 * https://dbus.freedesktop.org/doc/dbus-specification.html
 */
export interface Bus {
  /** @throws BusError when the other side refuses or does not reply in time, or when the bus is gone. */
  call: (call: MethodCall) => Promise<Value[]>
  /** Subscribes to the next signal of that name; the inner promise resolves with its arguments. */
  signal: (path: string, interfaceName: string, member: string) => Promise<{ arguments: Promise<Value[]> }>
}

export interface MethodCall {
  destination: string
  path: string
  interface: string
  member: string
  signature?: string
  body?: readonly Value[]
  /** How long the reply may take; default: the limit of the connection. */
  limitMs?: number
}

/** An error reply; `name` is D-Bus's own, such as `org.freedesktop.DBus.Error.ServiceUnknown`. */
export class BusError extends Error {
  constructor(
    override readonly name: string,
    message: string,
  ) {
    super(message)
  }
}

const [methodCall, methodReturn, errorReply, signalMessage] = [1, 2, 3, 4]
const field = {
  path: 1,
  interface: 2,
  member: 3,
  errorName: 4,
  replySerial: 5,
  destination: 6,
  signature: 8,
} as const
const maxMessageBytes = 1024 * 1024

/** The path of a bus address's Unix socket, or undefined for other kinds and for malformed addresses. */
export function socketOf(address: string): string | undefined {
  for (const entry of address.split(';')) {
    const [, pairs] = /^unix:(.*)$/.exec(entry) ?? []
    const values = new Map(pairs?.split(',').map((pair) => pair.split('=', 2) as [string, string]))
    const [path, abstract] = [values.get('path'), values.get('abstract')]
    try {
      if (path) return decodeURIComponent(path)
      if (abstract) return `\0${decodeURIComponent(abstract)}`
    } catch {
      // Malformed; the next one may be valid.
    }
  }
  return undefined
}

/**
 * Opens the bus at a Unix socket, authenticates as this user and sends Hello; closes it when the work is done.
 * @param limitMs how long one reply may take.
 * @throws BusError when there is no bus, it is not this user's, or it refuses this user; and whatever the work throws.
 */
export async function openBus<T>(path: string, limitMs: number, work: (bus: Bus) => Promise<T>): Promise<T> {
  const { bus, socket } = connectTo(path, limitMs)
  try {
    return await work(bus)
  } finally {
    socket.destroy()
  }
}

const connections = new Map<string, Connection>()

/**
 * The same with one connection for the whole process, because some services ask the person again for each connection. Between
 * two pieces of work it does not keep the process alive.
 */
export async function onSharedBus<T>(
  path: string,
  limitMs: number,
  work: (bus: Bus) => Promise<T>,
): Promise<T> {
  let connection = connections.get(path)
  if (!connection || connection.isLost()) {
    connection = connectTo(path, limitMs)
    connections.set(path, connection)
  }
  connection.users += 1
  connection.socket.ref()
  try {
    return await work(connection.bus)
  } finally {
    connection.users -= 1
    if (connection.users === 0) connection.socket.unref()
  }
}

interface Connection {
  bus: Bus
  socket: Socket
  users: number
  isLost: () => boolean
}

function connectTo(path: string, limitMs: number): Connection {
  refuseForeign(path)
  const socket = connect({ path })
  const replies = new Map<number, { resolve: (values: Value[]) => void; reject: (error: Error) => void }>()
  const signals = new Map<string, (values: Value[]) => void>()
  let lastSerial = 0
  let lost: Error | undefined

  const call = ({ signature = '', body = [], limitMs: replyMs = limitMs, ...target }: MethodCall) =>
    new Promise<Value[]>((resolve, reject) => {
      if (lost) return reject(lost)
      lastSerial += 1
      const serial = lastSerial
      const limit = setTimeout(() => {
        replies.delete(serial)
        reject(new BusError('timeout', `no reply to ${target.member}`))
      }, replyMs)
      const settle =
        <V>(then: (value: V) => void) =>
        (value: V) => {
          clearTimeout(limit)
          replies.delete(serial)
          then(value)
        }
      replies.set(serial, { resolve: settle(resolve), reject: settle(reject) })
      socket.write(encodeCall(serial, target, signature, body))
    })

  const receive = ({ type, fields, body }: Message) => {
    if (type === signalMessage) {
      signals.get(`${fields.get(field.path)} ${fields.get(field.member)}`)?.(body())
      return
    }
    const waiting = replies.get(Number(fields.get(field.replySerial)))
    if (type === methodReturn) waiting?.resolve(body())
    if (type === errorReply) {
      const [text] = body()
      waiting?.reject(new BusError(String(fields.get(field.errorName)), String(text ?? 'no reason given')))
    }
  }

  const onBus = { destination: busName, path: '/org/freedesktop/DBus', interface: busName }
  converse(socket, limitMs, receive, (error) => {
    lost ??= error
    for (const waiting of [...replies.values()]) waiting.reject(lost)
  })
  // No need to wait for the reply: the bus replies in order, and calls may follow at once.
  call({ ...onBus, member: 'Hello' }).catch(() => {})
  const bus: Bus = {
    call,
    async signal(from, interfaceName, member) {
      const rule = `type='signal',interface='${interfaceName}',member='${member}',path='${from}'`
      const come = new Promise<Value[]>((resolve) => signals.set(`${from} ${member}`, resolve))
      await call({ ...onBus, member: 'AddMatch', signature: 's', body: [rule] })
      return { arguments: come }
    },
  }
  return { bus, socket, users: 0, isLost: () => lost !== undefined || socket.destroyed }
}

const busName = 'org.freedesktop.DBus'

function refuseForeign(path: string): void {
  let owner: ReturnType<typeof ownerOfSocket>
  try {
    owner = ownerOfSocket(path)
  } catch (error) {
    const { code = 'failed', message } = error as NodeJS.ErrnoException
    throw new BusError(code, message)
  }
  if (owner === 'gone') throw new BusError('ENOENT', 'nothing listens there (ENOENT)')
  if (owner !== 'own') throw new BusError(owner, `the socket of the D-Bus session is ${owner}`)
}

/**
 * Authenticates, and passes on every incoming message. Calls that are written meanwhile are sent along with the first line:
 * the bus replies in order, so there is no need to wait for each reply (dbus-broker documents this in src/dbus/sasl.c, and
 * dbus-daemon works like it), and the first calls contain no secret.
 * @param lose called once with the reason the stream ended.
 */
function converse(
  socket: Socket,
  limitMs: number,
  receive: (message: Message) => void,
  lose: (error: Error) => void,
): void {
  let buffered: Buffer = Buffer.alloc(0)
  let accepted = false
  let isAsked = false
  const fail = (error: Error) => {
    clearTimeout(limit)
    lose(error)
    socket.destroy()
  }
  const limit = setTimeout(() => fail(new BusError('timeout', 'the D-Bus session does not reply')), limitMs)
  socket.on('error', (error: NodeJS.ErrnoException) =>
    fail(new BusError(error.code ?? 'failed', error.message)),
  )
  socket.on('close', () => fail(new BusError('closed', 'the D-Bus session has ended')))
  socket.on('data', (chunk) => {
    try {
      buffered = Buffer.concat([buffered, chunk])
      while (!accepted) {
        const end = buffered.indexOf('\r\n')
        if (end < 0) return
        const line = buffered.subarray(0, end).toString('latin1')
        buffered = buffered.subarray(end + 2)
        // It asks for the user that we left out, and got an empty one with the first line.
        if (line === 'DATA' && !isAsked) {
          isAsked = true
          continue
        }
        if (!line.startsWith('OK ')) throw new BusError('refused', 'the D-Bus session refuses this user')
        accepted = true
        clearTimeout(limit)
      }
      for (let message = decodeMessage(buffered); message; message = decodeMessage(buffered)) {
        buffered = buffered.subarray(message.length)
        receive(message)
      }
    } catch (error) {
      fail(error as Error)
    }
  })
  // Combines everything up to the connection into one write.
  socket.cork()
  socket.on('connect', () => socket.uncork())
  // With the EXTERNAL mechanism, the operating system tells the bus which user is at the other end of the socket. Without a
  // user of our own in it, this works in user namespaces as well, where our user ID is another one than the bus sees.
  socket.write('\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n')
}

function encodeCall(
  serial: number,
  { destination, path, interface: interfaceName, member }: Omit<MethodCall, 'signature' | 'body'>,
  signature: string,
  body: readonly Value[],
): Buffer {
  const bytes = encode(signature, body)
  const fields: [number, Variant][] = [
    [field.path, { type: 'o', value: path }],
    [field.interface, { type: 's', value: interfaceName }],
    [field.member, { type: 's', value: member }],
    [field.destination, { type: 's', value: destination }],
  ]
  if (signature) fields.push([field.signature, { type: 'g', value: signature }])
  const littleEndian = 'l'.charCodeAt(0)
  const head = encode('yyyyuua(yv)', [littleEndian, methodCall ?? 1, 0, 1, bytes.length, serial, fields])
  return Buffer.concat([head, Buffer.alloc(paddingAfter(head.length)), bytes])
}

interface Message {
  type: number
  fields: Map<number, Value>
  body: () => Value[]
  /** The length of the whole message, in bytes. */
  length: number
}

/** The first complete message in the bytes, if there is one. */
function decodeMessage(bytes: Buffer): Message | undefined {
  if (bytes.length < 16) return undefined
  const littleEndian = bytes[0] === 'l'.charCodeAt(0)
  const number = (at: number) => (littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  const [bodyLength, fieldsLength] = [number(4), number(12)]
  const headLength = 16 + fieldsLength + paddingAfter(16 + fieldsLength)
  const length = headLength + bodyLength
  if (length > maxMessageBytes) throw new BusError('oversized', 'a D-Bus message is too large')
  if (bytes.length < length) return undefined
  const [, , , , , , listed] = decode('yyyyuua(yv)', bytes.subarray(0, 16 + fieldsLength), littleEndian)
  const fields = new Map((listed as [number, Variant][]).map(([code, { value }]) => [code, value]))
  const signature = String(fields.get(field.signature) ?? '')
  return {
    type: bytes[1] ?? 0,
    fields,
    body: () => decode(signature, bytes.subarray(headLength, length), littleEndian),
    length,
  }
}

/** The body starts at a multiple of 8. */
function paddingAfter(length: number): number {
  return (8 - (length % 8)) % 8
}
