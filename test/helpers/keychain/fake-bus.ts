import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Value, Variant } from '../../../src/accounts/stores/keychain/dbus-values.ts'
import { encodeMessage, field, type Message, messageType, takeMessages } from './dbus-messages.ts'

/** The answer to a call: typed values, an error, raw bytes, or none. */
export type Reply = [types: string, body: Value[]] | { error: string; text?: string } | Buffer | undefined

/** A session bus and its services, in this process. */
export interface FakeBus {
  /** Its Unix socket. */
  socket: string
  /** The answers, by member. */
  answers: Record<string, (body: Value[], path: string) => Reply | Promise<Reply>>
  /** Every call after Hello: `member path`, with its arguments. */
  calls: { member: string; path: string; body: Value[] }[]
  signal: (path: string, interfaceName: string, member: string, types: string, body: Value[]) => void
  /** Sends answers in chunks of this many bytes; 0 for whole messages. */
  pieces: number
  /** The answer to AUTH. */
  welcome: string
  /** How many connections are open. */
  connections: () => number
  /** Ends every connection. */
  hangUp: () => void
  stop: () => Promise<void>
}

/** Who can be called. */
const onBus = new Set(['org.freedesktop.DBus', 'org.freedesktop.secrets', 'org.example.It'])

export async function startFakeBus(): Promise<FakeBus> {
  const folder = mkdtempSync(join(tmpdir(), 'od-link-bus-'))
  const open = new Set<Socket>()
  let sent: Promise<unknown> = Promise.resolve()
  const server = createServer(serve)
  const bus: FakeBus = {
    socket: join(folder, 'bus'),
    answers: {},
    calls: [],
    signal(path, interfaceName, member, types, body) {
      const fields: [number, Variant][] = [
        [field.path, { type: 'o', value: path }],
        [field.interface, { type: 's', value: interfaceName }],
        [field.member, { type: 's', value: member }],
      ]
      for (const socket of open) socket.write(encodeMessage(messageType.signal, 1, fields, types, body))
    },
    pieces: 0,
    welcome: 'OK 1234deadbeef\r\n',
    connections: () => open.size,
    hangUp() {
      for (const socket of open) socket.destroy()
    },
    stop: () =>
      new Promise((resolve) => {
        bus.hangUp()
        server.close(() => resolve())
        rmSync(folder, { recursive: true, force: true })
      }),
  }
  await new Promise<void>((resolve) => server.listen(bus.socket, resolve))
  return bus

  function serve(socket: Socket): void {
    open.add(socket)
    let buffered: Buffer = Buffer.alloc(0)
    let begun = false
    let greeted = false
    socket.on('close', () => open.delete(socket)).on('error', () => {})
    socket.on('data', (chunk) => {
      buffered = Buffer.concat([buffered, chunk])
      if (!begun) {
        for (let end = buffered.indexOf('\r\n'); !begun && end >= 0; end = buffered.indexOf('\r\n')) {
          const line = buffered.subarray(0, end).toString()
          buffered = buffered.subarray(end + 2)
          if (line.startsWith('\0AUTH')) socket.write(bus.welcome)
          begun = line === 'BEGIN'
        }
        if (!begun) return
      }
      const { messages, rest } = takeMessages(buffered)
      buffered = rest
      for (const message of messages) {
        greeted ||= message.fields.get(field.member) === 'Hello'
        // As a real bus does with clients that do not greet or send invalid messages.
        if (!greeted || !isWhole(message)) socket.destroy()
        else answer(socket, message)
      }
    })
  }

  function answer(socket: Socket, { fields, serial, body }: Message): void {
    const [member, path] = [String(fields.get(field.member)), String(fields.get(field.path))]
    if (!onBus.has(String(fields.get(field.destination)))) {
      send(
        socket,
        encoded({ error: 'org.freedesktop.DBus.Error.ServiceUnknown', text: 'Nobody of that name.' }, serial),
      )
      return
    }
    if (member !== 'Hello') bus.calls.push({ member, path, body })
    const usual = member === 'Hello' || member === 'AddMatch' ? (): Reply => ['', []] : () => undefined
    const give = (reply: Reply) => {
      if (reply) send(socket, Buffer.isBuffer(reply) ? reply : encoded(reply, serial))
    }
    const reply = (bus.answers[member] ?? usual)(body, path)
    if (reply instanceof Promise) reply.then(give)
    else give(reply)
  }

  function send(socket: Socket, bytes: Buffer): void {
    const length = bus.pieces || bytes.length
    for (let at = 0; at < bytes.length; at += length) {
      sent = sent.then(() => {
        socket.write(bytes.subarray(at, at + length))
        // Separately, so that they arrive one by one.
        return bus.pieces ? sleep(1) : undefined
      })
    }
  }
}

/** Whether a call starts with its byte order and has no empty names. */
function isWhole({ order, fields }: Message): boolean {
  const names = [field.path, field.interface, field.member, field.destination].map((code) => fields.get(code))
  return order === 'l' && names.every((name) => name !== '')
}

function encoded(reply: Exclude<Reply, Buffer | undefined>, serial: number): Buffer {
  const to: [number, Variant][] = [[field.replySerial, { type: 'u', value: serial }]]
  if (Array.isArray(reply)) return encodeMessage(messageType.reply, 1, to, ...reply)
  const named: [number, Variant][] = [...to, [field.errorName, { type: 's', value: reply.error }]]
  return reply.text === undefined
    ? encodeMessage(messageType.error, 1, named)
    : encodeMessage(messageType.error, 1, named, 's', [reply.text])
}
