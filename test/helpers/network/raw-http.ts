import { connect, type Socket } from 'node:net'

/** The answer on a raw socket: attackers send any bytes, which an HTTP client would normalize. */
export interface RawAnswer {
  /** 0 when the connection ended without an answer. */
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  body: string
  /** Every received byte. */
  text: string
}

export interface RawOptions {
  host?: string
  /** Sent after the first bytes, one after the other. */
  more?: (string | Buffer)[]
  timeoutMs?: number
  /** After this time the sender disconnects; the answer is what it received until then. */
  patienceMs?: number
}

/** Sends raw bytes and waits until the other side closes the connection. */
export function sendRaw(
  port: number,
  bytes: string | Buffer,
  { host = '127.0.0.1', more = [], timeoutMs = 15_000, patienceMs }: RawOptions = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host })
    let text = ''
    const limit = setTimeout(() => {
      socket.destroy()
      reject(new Error(`the connection was still open after ${timeoutMs} ms; it had said: ${text}`))
    }, timeoutMs)
    const patience = patienceMs && setTimeout(() => socket.destroy(), patienceMs)
    socket.on('connect', () => {
      socket.write(bytes)
      for (const part of more) socket.write(part)
    })
    socket.setEncoding('latin1').on('data', (part) => {
      text += part
    })
    // A reset also ends the answer; what came before counts.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') reject(error)
    })
    socket.on('close', () => {
      clearTimeout(limit)
      clearTimeout(patience)
      resolve(parse(text))
    })
  })
}

/** Opens a socket and leaves it open. */
export function openSocket(port: number, host = '127.0.0.1', bytes = ''): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host }, () => {
      socket.off('error', reject)
      socket.on('error', () => {})
      if (bytes) socket.write(bytes)
      resolve(socket)
    })
    socket.once('error', reject)
  })
}

function parse(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1] ?? 0)
  return { status, headers, body: rest.join('\r\n\r\n'), text }
}
