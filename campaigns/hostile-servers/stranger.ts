import { type AddressInfo, createServer } from 'node:net'

/** Hosts that od-link must not contact. Connections to them are counted and get no answer. */
export interface Stranger {
  /** Another host, another port of this machine, and a host on the internet. */
  origins: {
    'another host': string
    'another port of this machine': string
    'a host of the internet': string
  }
  /** Routes every request to other machines here, so that none goes unnoticed. */
  env: { HTTPS_PROXY: string }
  connections: () => number
  stop: () => void
}

export async function startStranger(): Promise<Stranger> {
  let connections = 0
  const listen = async (host: string) => {
    const server = createServer((socket) => {
      connections += 1
      socket.on('error', () => {}).destroy()
    })
    await new Promise<void>((resolve) => server.listen(0, host, resolve))
    return { server, port: (server.address() as AddressInfo).port }
  }
  const [other, same] = [await listen('127.0.0.2'), await listen('localhost')]
  return {
    origins: {
      'another host': `http://127.0.0.2:${other.port}`,
      'another port of this machine': `http://localhost:${same.port}`,
      'a host of the internet': 'https://login.evil.example',
    },
    env: { HTTPS_PROXY: `http://127.0.0.2:${other.port}` },
    connections: () => connections,
    stop() {
      other.server.close()
      same.server.close()
    },
  }
}
