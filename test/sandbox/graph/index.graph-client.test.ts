import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { ada, grace } from '../../helpers/sandbox/client.ts'
import {
  canBeMicrosoft,
  type MicrosoftWorld,
  startMicrosoftWorld,
} from '../../helpers/sandbox/microsoft-world.ts'

const hasAll = canBeMicrosoft('Microsoft’s client for Graph, with a sandbox under Microsoft’s names')
const program = fileURLToPath(new URL('../../helpers/sandbox/graph-client.mjs', import.meta.url))

let world: MicrosoftWorld | undefined
afterEach(async () => {
  await world?.stop()
  world = undefined
})

describe.skipIf(!hasAll)('@microsoft/microsoft-graph-client, unchanged', () => {
  it.each([
    ['work', ada],
    ['personal', grace],
  ])(
    'batches, pages, uploads in ranges and follows changes on a %s drive',
    async (_, username) => {
      world = await startMicrosoftWorld()
      const text = await world.must(process.execPath, [program, world.clientId, username])
      expect(JSON.parse(text)).toEqual({
        ofItself: expect.stringContaining('20'),
        refused: 400,
        created: Array.from({ length: 26 }, () => 201),
        pages: 3,
        seen: 26,
        uploaded: 7_000_000,
        downloaded: 7_000_000,
        all: 30,
        changed: 1,
        deleted: 1,
        filtered: 11,
        found: 1,
        error: '404 itemNotFound',
      })
    },
    120_000,
  )
})
