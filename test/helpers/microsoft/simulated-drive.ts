import { type GraphAnswer, graphAnswer } from '../../../src/graph/answer.ts'
import type { GraphRequest } from '../../../src/graph/send-once.ts'

interface BatchRequest {
  id: string
  method: string
  url: string
  body: { name: string }
}

/** A drive in memory that answers batches after some time: a list of the root or of an item, and creations there. */
export class SimulatedDrive {
  /** The number of requests in each batch, and when it came. */
  batches: { size: number; at: number }[] = []
  #childrenOf = new Map<string, Map<string, string>>([['root', new Map()]])
  /** Milliseconds for a batch with so many requests. */
  #latency: (size: number) => number

  constructor(latency: (size: number) => number) {
    this.#latency = latency
  }

  /** Answers a batch, as `sendOnce` does. */
  async answer({ body }: GraphRequest): Promise<GraphAnswer> {
    const { requests } = body as { requests: BatchRequest[] }
    this.batches.push({ size: requests.length, at: performance.now() })
    await new Promise((resolve) => setTimeout(resolve, this.#latency(requests.length)))
    const responses = requests.map((request) => ({ id: request.id, ...this.#answerOne(request) }))
    return graphAnswer({ status: 200, headers: {}, json: { responses } }, { method: 'POST', path: '/$batch' })
  }

  #answerOne({ method, url, body }: BatchRequest): { status: number; body?: object } {
    const parent = /^\/me\/drive\/(?:items\/)?(\w+)\/children/.exec(url)?.[1] ?? ''
    const children = this.#childrenOf.get(parent)
    // Its parent does not exist yet, or was not addressed by its ID.
    if (!children) return { status: 404 }
    if (method === 'GET')
      return { status: 200, body: { value: [...children].map(([name, id]) => this.#item(name, id)) } }
    const id = `i${this.#childrenOf.size}`
    children.set(body.name, id)
    this.#childrenOf.set(id, new Map())
    return { status: 201, body: this.#item(body.name, id) }
  }

  #item(name: string, id: string): object {
    return { id, name, folder: { childCount: this.#childrenOf.get(id)?.size } }
  }
}
