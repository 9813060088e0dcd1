import { connect, type Socket } from 'node:net'
import { decode, encode, type Value, type Variant } from './dbus-values.ts'

/**
 * A small client of the D-Bus session bus: method calls, and the signals that follow from them. It exists because
 * every call to the keychain must be bounded, and a call in a native module cannot be: once the module waits for an
 * unlock prompt, its thread holds the process back even from exiting.
 * https://dbus.freedesktop.org/doc/dbus-specification.html
 */
export interface Bus {
  /** @throws BusError when the other side refuses, or the bus is gone. */
  call: (call: MethodCall) => Promise<Value[]>
  /** Resolves with the arguments of the next signal of that name from that object. */
  signal: (path: string, member: string) => Promise<Value[]>
  close: () => void
}

export interface MethodCall {
  destination: string
  path: string
  interface: string
  member: string
  signature?: string
  body?: readonly Value[]
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

/** The socket of a bus address, or nothing where it is of another kind than a Unix socket. */
export function socketOf(address: string): string | undefined {
  for (const entry of address.split(';')) {
    const [, kind, value] = /^unix:(?:[^,]*,)*?(path|abstract)=([^,]+)/.exec(entry) ?? []
    if (value) return (kind === 'abstract' ? '\0' : '') + decodeURIComponent(value)
  }
  return undefined
}

/** Opens the bus at a Unix socket, authenticates as this user and says hello. */
export async function openBus(path: string): Promise<Bus> {
  const socket = connect({ path })
  let buffered = Buffer.alloc(0)
  let authenticated = false
  let lastSerial = 0
  const replies = new Map<number, { resolve: (values: Value[]) => void; reject: (error: Error) => void }>()
  const signals = new Map<string, (values: Value[]) => void>()

  const call = ({ signature = '', body = [], ...target }: MethodCall) =>
    new Promise<Value[]>((resolve, reject) => {
      lastSerial += 1
      replies.set(lastSerial, { resolve, reject })
      socket.write(encodeCall(lastSerial, target, signature, body))
    })
  const receive = (message: Message) => {
    const serial = message.fields.get(field.replySerial)
    if (message.type === signalMessage) {
      signals.get(`${message.fields.get(field.path)} ${message.fields.get(field.member)}`)?.(message.body())
      return
    }
    const waiting = typeof serial === 'number' ? replies.get(serial) : undefined
    if (!waiting || typeof serial !== 'number') return
    replies.delete(serial)
    if (message.type === methodReturn) waiting.resolve(message.body())
    if (message.type === errorReply) {
      const [text] = message.body()
      waiting.reject(
        new BusError(String(message.fields.get(field.errorName)), String(text ?? 'no reason given')),
      )
    }
  }

  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error) => {
      reject(error)
      for (const waiting of replies.values()) waiting.reject(error)
      replies.clear()
      socket.destroy()
    }
    socket.on('error', (error: NodeJS.ErrnoException) =>
      fail(new BusError(error.code ?? 'failed', error.message)),
    )
    socket.on('close', () => fail(new BusError('closed', 'the D-Bus session has ended')))
    socket.on('connect', () => authenticate(socket))
    socket.on('data', (chunk) => {
      try {
        buffered = Buffer.concat([buffered, chunk])
        if (!authenticated) {
          const end = buffered.indexOf('\r\n')
          if (end < 0) return
          if (!buffered.subarray(0, end).toString('latin1').startsWith('OK ')) {
            fail(new BusError('refused', 'the D-Bus session refuses this user'))
            return
          }
          authenticated = true
          buffered = buffered.subarray(end + 2)
          socket.write('BEGIN\r\n')
          resolve()
        }
        for (let message = takeMessage(); message; message = takeMessage()) receive(message)
      } catch (error) {
        fail(error as Error)
      }
    })
  })

  function takeMessage(): Message | undefined {
    const taken = decodeMessage(buffered)
    if (taken) buffered = buffered.subarray(taken.length)
    return taken
  }

  const bus = 'org.freedesktop.DBus'
  // Nobody waits for the answer: the bus answers in order, and calls may follow at once.
  call({ destination: bus, path: '/org/freedesktop/DBus', interface: bus, member: 'Hello' }).catch(() => {})
  return {
    call,
    signal: (path, member) => new Promise((resolve) => signals.set(`${path} ${member}`, resolve)),
    close: () => socket.destroy(),
  }
}

/** The EXTERNAL mechanism: the system tells the bus who is at the other end of the socket. */
function authenticate(socket: Socket): void {
  const user = Buffer.from(String(process.getuid?.())).toString('hex')
  socket.write(`\0AUTH EXTERNAL ${user}\r\n`)
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
  /** Of the whole message, in bytes. */
  length: number
}

/** The first whole message in the bytes, if there is one. */
function decodeMessage(bytes: Buffer): Message | undefined {
  if (bytes.length < 16) return undefined
  const littleEndian = bytes[0] === 'l'.charCodeAt(0)
  const number = (at: number) => (littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  const [bodyLength, fieldsLength] = [number(4), number(12)]
  const headLength = 16 + fieldsLength + paddingAfter(16 + fieldsLength)
  const length = headLength + bodyLength
  if (length > maxMessageBytes)
    throw new BusError('oversized', 'a D-Bus message is larger than od-link reads')
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

/** The body begins at a multiple of 8. */
function paddingAfter(length: number): number {
  return (8 - (length % 8)) % 8
}
