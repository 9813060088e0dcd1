import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../../helpers/microsoft/sandbox.ts'
import { type Json, signIn } from '../../helpers/sandbox/client.ts'

let to: SandboxProcess
let accessToken: string

beforeAll(async () => {
  to = await startSandbox()
  accessToken = (await signIn(to as never)).access_token
})
afterAll(() => to.stop())

/** How much memory the sandbox has had at most, in MB. */
const peak = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${to.pid}/status`, 'utf8'))?.[1]) / 1024

/** PUTs a file of so many MB whose length is not announced. */
async function put(name: string, megabytes: number): Promise<{ status: number; json: Json }> {
  const url = new URL(`${to.origin}/v1.0/me/drive/root:/${name}:/content`)
  const chunk = Buffer.alloc(1024 * 1024, name)
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method: 'PUT', headers: { authorization: `Bearer ${accessToken}` } },
      async (answer) => {
        let text = ''
        for await (const part of answer) text += part
        resolve({ status: answer.statusCode ?? 0, json: JSON.parse(text) })
      },
    )
    sent.on('error', reject)
    const write = (left: number): void => {
      if (left === 0) sent.end()
      else sent.write(chunk, () => write(left - 1))
    }
    write(megabytes)
  })
}

it('a file whose length is not announced is whole, and held in memory once', async () => {
  expect((await put('small', 1)).json.size).toBe(1024 * 1024)
  const before = process.platform === 'linux' ? peak() : 0
  const { status, json } = await put('large', 120)
  expect([status, json.size]).toEqual([201, 120 * 1024 * 1024])
  if (process.platform === 'linux') expect(peak() - before).toBeLessThan(1.6 * 120)
  const content = await fetch(json['@microsoft.graph.downloadUrl'])
  const bytes = Buffer.from(await content.arrayBuffer())
  expect(bytes.length).toBe(120 * 1024 * 1024)
  expect(bytes.subarray(0, 1024 * 1024).equals(Buffer.alloc(1024 * 1024, 'large'))).toBe(true)
  expect(bytes.subarray(-1024 * 1024).equals(Buffer.alloc(1024 * 1024, 'large'))).toBe(true)
})

it('a file of more than 250 MB is refused however it comes', async () => {
  expect((await put('huge', 251).catch(() => ({ status: 413 }))).status).toBe(413)
})
