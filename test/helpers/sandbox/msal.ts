import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Sandbox } from '../../../sandbox/index.ts'
import type { Json } from './client.ts'

const program = fileURLToPath(new URL('msal.mjs', import.meta.url))

/**
 * Runs the MSAL program against a sandbox with TLS, which MSAL requires.
 * @param browser gets the URL to open if the program does not play the browser itself
 */
export async function msal(
  to: Sandbox,
  ways: string[],
  more: object = {},
  browser?: (url: string) => Promise<void>,
): Promise<Json> {
  const { origin, clientId, controlToken, caFile } = to
  const child = spawn(
    process.execPath,
    [
      program,
      JSON.stringify({ origin, clientId, controlToken, ways, outside: browser !== undefined, ...more }),
    ],
    { env: { ...process.env, NODE_EXTRA_CA_CERTS: caFile }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  let last = ''
  for await (const line of createInterface({ input: child.stdout })) {
    last = line
    const address = line.startsWith('{"open":') ? JSON.parse(line).open : undefined
    if (address) await browser?.(address)
  }
  try {
    return JSON.parse(last)
  } catch {
    throw new Error(`MSAL's program failed: ${last}\n${stderr}`)
  }
}
