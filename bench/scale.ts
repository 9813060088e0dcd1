import { readFileSync } from 'node:fs'
import { startSandbox } from '../test/helpers/microsoft/sandbox.ts'
import { newWorld } from '../test/helpers/program/world.ts'

/** Ten thousand folders in the sandbox: what one costs, and what the process grows to. */
export async function scale(): Promise<void> {
  const count = Number(process.env.FOLDERS ?? 10_000)
  const sandbox = await startSandbox()
  const world = newWorld(sandbox)
  await world.login()
  const authorization = `Bearer ${(await world.run(['token'])).stdout.trim()}`
  const children = `${sandbox.origin}/v1.0/me/drive/root/children`
  const times: number[] = []
  for (let made = 0; made < count; made += 1) {
    const started = performance.now()
    const body = { name: `folder ${made}`, folder: {}, '@microsoft.graph.conflictBehavior': 'fail' }
    const headers = { authorization, 'content-type': 'application/json' }
    const answer = await fetch(children, { method: 'POST', headers, body: JSON.stringify(body) })
    await answer.text()
    if (answer.status !== 201) throw new Error(`folder ${made} was answered with ${answer.status}`)
    times.push(performance.now() - started)
  }
  const started = performance.now()
  let listed = 0
  for (let page: string | undefined = `${children}?$top=200`; page; ) {
    const answer = (await (await fetch(page, { headers: { authorization } })).json()) as {
      value: unknown[]
      '@odata.nextLink'?: string
    }
    listed += answer.value.length
    page = answer['@odata.nextLink']
  }
  const listing = performance.now() - started
  const median = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
  const figures = [`${median.toFixed(1)} ms each (median)`, `${listed} listed in ${listing.toFixed(0)} ms`]
  console.log(
    `\nThe sandbox: ${count} folders made, ${figures.join(', ')}, ${residentMb(sandbox.pid)} MB resident`,
  )
  world.remove()
  await sandbox.stop()
}

/** Linux tells; elsewhere the figure is left out. */
function residentMb(pid: number | undefined): string {
  try {
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return (Number(kilobytes) / 1024).toFixed(0)
  } catch {
    return '?'
  }
}
