import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Arguments } from '../../cli/command.ts'
import { OdLinkError } from '../../errors.ts'
import type { Receiver, Takers } from '../../graph/api/call.ts'
import { filterToken, hideToken, type TokenFilter } from '../../graph/api/hide-token.ts'
import { caughtUp, print } from '../../terminal/index.ts'
import { ReaderGone } from '../shared/reader-gone.ts'

/** What `od-link api` prints of one answer. */
export interface Output extends Required<Takers> {
  /** Passes a chunk on, and waits for a slow reader. */
  write: (chunk: Buffer) => Promise<void>
  /** The response is complete. */
  finish: () => Promise<void>
  /** The request failed; with `--include` the refusal is shown anyway. */
  failed: () => Promise<void>
}

/** Up to this many bytes, nothing of a response is printed, so that the request can still be repeated. */
const mostHeld = 8 * 1024 * 1024

/**
 * Unchanged for a program. For a person at a terminal: indented JSON, text without control characters, and no binary.
 */
export function openOutput({ silent, include }: Arguments['options']): Output {
  const isScreen = process.stdout.isTTY === true
  let head: { message: IncomingMessage; token: string } | undefined
  let filter: TokenFilter | undefined
  let refusal: string | undefined
  let held: Buffer[] = []
  let size = 0
  let isCommitted = false

  const printHead = () => {
    if (include && head) for (const line of linesOf(head.message)) print(hideToken(line, head.token))
    head = undefined
  }
  const finishBody = () => {
    if (filter) held.push(filter.rest())
    filter = undefined
  }
  const release = async () => {
    printHead()
    const chunks = held
    held = []
    for (const chunk of chunks) await toStdout(chunk)
  }
  const write = async (chunk: Buffer) => {
    if (silent) return
    held.push(filter ? filter.take(chunk) : chunk)
    size += chunk.length
    if (size <= mostHeld) return
    if (isScreen) throw unprintable('The response is too long for a terminal.')
    isCommitted = true
    await release()
  }
  const receive = (message: IncomingMessage, token: string): Receiver => {
    head = { message, token }
    filter = filterToken(token)
    refusal = undefined
    held = []
    size = 0
    return {
      write,
      get isCommitted() {
        return isCommitted
      },
    }
  }
  return {
    receive,
    write,
    refused(message, body, token) {
      head = { message, token }
      filter = undefined
      refusal = hideToken(body, token)
    },
    async finish() {
      finishBody()
      if (!isScreen || silent) return release()
      const lines = readable(Buffer.concat(held))
      printHead()
      for (const line of lines) print(line)
    },
    async failed() {
      if (isCommitted || !include || refusal === undefined) return
      held = silent ? [] : [Buffer.from(refusal)]
      if (isScreen) return this.finish()
      return release()
    },
  }
}

async function toStdout(chunk: Buffer): Promise<void> {
  process.stdout.write(chunk)
  if (!(await caughtUp())) throw new ReaderGone()
}

/** The status and the headers, without secrets: cookies, and the URL of a redirect. */
function linesOf({ httpVersion, statusCode = 0, headers }: IncomingMessage): string[] {
  const shown = Object.entries(headers).flatMap(([name, value]) => {
    if (name === 'set-cookie') return []
    const isPlace = name === 'location' && statusCode >= 300 && URL.canParse(String(value))
    return [`${name}: ${isPlace ? `${new URL(String(value)).origin}/…` : [value].flat().join(', ')}`]
  })
  return [`HTTP/${httpVersion} ${statusCode} ${STATUS_CODES[statusCode] ?? ''}`.trimEnd(), ...shown, '']
}

/** @throws OdLinkError (usage) for binary content. */
function readable(bytes: Buffer): string[] {
  const text = bytes.toString('utf8')
  if (text.includes('\0') || !Buffer.from(text).equals(bytes)) {
    throw unprintable('The response is binary; it is not printed to a terminal.')
  }
  if (text === '') return []
  try {
    return JSON.stringify(JSON.parse(text), null, 2).split('\n')
  } catch {
    return text
      .replace(/\r?\n$/, '')
      .replaceAll('\t', '        ')
      .split(/\r?\n/)
  }
}

function unprintable(message: string): OdLinkError {
  return new OdLinkError('usage', message, {
    reason: 'unprintable',
    next: [{ intro: 'To save it:', flags: { output: 'FILE' } }],
  })
}
