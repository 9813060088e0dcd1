import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { type ClientRequest, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSource } from '../../../src/graph/transfer/upload-source.ts'

/** Sends a piece, and returns what arrived and how much was reported. */
async function sent(source: Awaited<ReturnType<typeof openSource>>, first: number, length: number) {
  const outgoing = new PassThrough()
  let reported = 0
  source.send(outgoing as unknown as ClientRequest, first, length, (bytes) => {
    reported += bytes
  })
  return [await text(outgoing), reported]
}

describe('what is sent', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'od-link-test-'))
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))
  const file = () => join(dir, 'file')

  it('is a piece of a file, as often as necessary', async () => {
    writeFileSync(file(), `${'a'.repeat(100_000)}b${'c'.repeat(100_000)}`)
    const source = await openSource(file())
    expect(source.size).toBe(200_001)
    expect(await sent(source, 99_999, 3)).toEqual(['abc', 3])
    expect(await sent(source, 0, 200_001)).toEqual([`${'a'.repeat(100_000)}b${'c'.repeat(100_000)}`, 200_001])
    expect(await sent(source, 0, 0)).toEqual(['', 0])
    source.close()
  })

  it('is told of once it was passed on, so that its hash takes no time before', async () => {
    writeFileSync(file(), `${'a'.repeat(300_000)}b`)
    const events: string[] = []
    const source = await openSource(file(), false, (chunk, at) => events.push(`tap ${chunk.length} at ${at}`))
    const outgoing = new Writable({
      write(chunk: Buffer, _encoding, done) {
        events.push(`arrived ${chunk.length}`)
        done()
      },
    })
    source.send(outgoing as unknown as ClientRequest, 1, 300_000, () => {})
    await once(outgoing, 'finish')
    expect(events).toEqual(['arrived 262144', 'tap 262144 at 1', 'arrived 37856', 'tap 37856 at 262145'])
    source.close()
  })

  it('is JSON without the mark that Windows PowerShell puts before it', async () => {
    writeFileSync(file(), '\ufeff{"a": 1}')
    const source = await openSource(file(), true)
    expect(source.size).toBe(8)
    expect(await sent(source, 0, 8)).toEqual(['{"a": 1}', 8])
    source.close()
    const asItIs = await openSource(file())
    expect(asItIs.size).toBe(11)
    asItIs.close()
  })

  it.each(['', '\ufeff'])('is not JSON in UTF-16: %j', async (mark) => {
    writeFileSync(file(), `${mark}{"a": 1}`, 'utf16le')
    await expect(openSource(file(), true)).rejects.toMatchObject({
      kind: 'usage',
      message: `"${file()}" is UTF-16, and JSON has to be UTF-8.`,
      hint: 'Save it as UTF-8. In PowerShell: … | Out-File -Encoding utf8 FILE',
    })
  })

  it.each<[string, () => void]>([
    ['grew', () => appendFileSync(file(), 'x')],
    ['was written again', () => utimesSync(file(), 1, 1)],
    [
      'grew at the same moment',
      () => {
        appendFileSync(file(), 'x')
        utimesSync(file(), 2, 2)
      },
    ],
  ])('is refused when the file %s meanwhile', async (_, change) => {
    writeFileSync(file(), 'abc')
    utimesSync(file(), 2, 2)
    const source = await openSource(file())
    change()
    await expect(sent(source, 0, 3)).rejects.toMatchObject({
      kind: 'usage',
      message: `"${file()}" changed during the upload.`,
      hint: 'Upload it again, or a copy of it if something keeps writing to it.',
    })
    source.close()
  })

  it.each<[string, () => void]>([
    ['grows', () => appendFileSync(file(), 'x')],
    ['shrinks', () => truncateSync(file(), 10)],
    ['is written over', () => writeFileSync(file(), 'y'.repeat(600_000))],
  ])('keeps back its end when the file %s while it is read', async (_, change) => {
    writeFileSync(file(), 'x'.repeat(600_000))
    utimesSync(file(), 2, 2)
    const source = await openSource(file())
    let received = 0
    const outgoing = new Writable({
      write(chunk: Buffer, _encoding, done) {
        if (received === 0) change()
        received += chunk.length
        done()
      },
    })
    const failed = new Promise<Error>((resolve) => outgoing.on('error', resolve))
    source.send(outgoing as unknown as ClientRequest, 0, 600_000, () => {})
    expect(await failed).toMatchObject({ message: `"${file()}" changed during the upload.` })
    expect(received).toBeLessThan(600_000)
    source.close()
  })

  it('is refused when the file ends too soon', async () => {
    writeFileSync(file(), 'abc')
    const source = await openSource(file())
    await expect(sent(source, 0, 4)).rejects.toMatchObject({
      message: expect.stringContaining('changed during'),
    })
    source.close()
  })

  it('ends its request, or aborts it with the reason', async () => {
    writeFileSync(file(), 'abc')
    const source = await openSource(file())
    let body = ''
    const server = createServer(async (incoming, response) => {
      body = await text(incoming).catch(() => 'aborted')
      response.end('thanks')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const send = (length: number) => {
      const outgoing = request({ port, host: '127.0.0.1', method: 'PUT', agent: false })
      return new Promise<string>((resolve, reject) => {
        outgoing.on('error', reject).on('response', (response) => resolve(text(response)))
        source.send(outgoing, 0, length, () => {})
      })
    }
    expect([await send(3), body]).toEqual(['thanks', 'abc'])
    await expect(send(4)).rejects.toMatchObject({ message: expect.stringContaining('changed during') })
    source.close()
    server.close()
  })

  it('may come from a pipe, whose length is known once it has been read', async () => {
    execFileSync('mkfifo', [file()])
    spawn('sh', ['-c', `printf 'out of a pipe' > '${file()}'`])
    const source = await openSource(file())
    expect(source.size).toBe(13)
    expect(await sent(source, 7, 6)).toEqual(['a pipe', 6])
    expect(await sent(source, 0, 3)).toEqual(['out', 3])
    source.close()
  })

  it.runIf(process.platform === 'linux')('is reported as such where it cannot be read', async () => {
    // Nobody may read its first page.
    const source = await openSource('/proc/self/mem')
    await expect(sent(source, 0, 3)).rejects.toMatchObject({
      kind: 'usage',
      message: '"/proc/self/mem" cannot be read (EIO).',
    })
    source.close()
  })

  it('has the same identity in a later run only if it is the same file, unchanged', async () => {
    const identity = async () => {
      const source = await openSource(file())
      source.close()
      return source.identity
    }
    writeFileSync(file(), 'abc')
    utimesSync(file(), 2, 2)
    const first = await identity()
    expect([first, await identity()]).toEqual([expect.stringMatching(/./), first])
    utimesSync(file(), 3, 3)
    expect(await identity()).not.toBe(first)
    writeFileSync(file(), 'abcd')
    utimesSync(file(), 2, 2)
    expect(await identity()).not.toBe(first)
    writeFileSync(join(dir, 'other'), 'abc')
    renameSync(join(dir, 'other'), file())
    utimesSync(file(), 2, 2)
    expect(await identity()).not.toBe(first)
  })

  it('is neither a folder nor a missing file', async () => {
    await expect(openSource(dir)).rejects.toMatchObject({
      kind: 'usage',
      message: `"${dir}" cannot be read (it is a folder).`,
    })
    await expect(openSource(file())).rejects.toMatchObject({
      message: `"${file()}" cannot be read (no such file).`,
    })
  })
})

describe('standard input, when it is sent', () => {
  let dir: string
  const { stdin, env } = process
  // What os.tmpdir() reads.
  const variable = process.platform === 'win32' ? 'TEMP' : 'TMPDIR'
  const usual = env[variable]
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'od-link-test-'))
    env[variable] = dir
  })
  afterEach(() => {
    Object.defineProperty(process, 'stdin', { value: stdin, configurable: true })
    delete env[variable]
    if (usual !== undefined) env[variable] = usual
    rmSync(dir, { recursive: true, force: true })
  })
  /** @param broken comes after the chunks instead of the end. */
  function given(chunks: string[], broken?: Error) {
    async function* pieces() {
      for (const chunk of chunks) yield Buffer.from(chunk)
      if (broken) throw broken
    }
    Object.defineProperty(process, 'stdin', { value: pieces(), configurable: true })
    return openSource('-')
  }

  it('can be sent as often as necessary, from a file without a name', async () => {
    const source = await given(['from ', 'a pipe'])
    // A later run gets other bytes.
    expect([source.size, source.identity]).toEqual([11, undefined])
    expect([await sent(source, 5, 6), await sent(source, 0, 4)]).toEqual([
      ['a pipe', 6],
      ['from', 4],
    ])
    expect(readdirSync(dir)).toEqual([])
    source.close()
  })

  it.each([[[]], [['half of it']]])('is reported when it breaks after %j', async (chunks) => {
    const broken = Object.assign(new Error(), { code: 'EIO' })
    await expect(given(chunks, broken)).rejects.toMatchObject({
      kind: 'usage',
      message: 'Standard input cannot be read (EIO).',
    })
  })

  it('needs a folder for that file', async () => {
    const folder = join(dir, 'none')
    env[variable] = folder
    await expect(given(['x'])).rejects.toMatchObject({
      kind: 'usage',
      message: `"${folder}" cannot be written (no such folder).`,
    })
  })
})
