import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { usePlaces } from '../helpers/microsoft/place-world.ts'
import { runAsCron } from './recipe.ts'

const bin = mkdtempSync(join(tmpdir(), 'od-link-drives-'))
afterAll(() => rmSync(bin, { recursive: true, force: true }))
const places = usePlaces()

it('the script of docs/drives.md creates a folder in a team’s files, as cron runs it, and twice', async () => {
  const general = await places.inLibrary('/General')
  const added = await places.world.run(['drive', 'add', 'team', general.webUrl])
  expect(added).toMatchObject({ code: 0 })
  for (let time = 1; time <= 2; time += 1) {
    const script = { page: 'drives.md', name: 'team-folder.sh' }
    const stdout = await runAsCron(bin, script, places.world.env)
    expect(stdout).toMatch(/^team:\/Reports\/\d{4}-\d\d\n$/)
    const month = stdout.trim().slice('team:/Reports/'.length)
    const answer = await places.graph(
      'GET',
      `/drives/${general.driveId}/items/${general.itemId}:/Reports/${month}:`,
    )
    expect(answer.status).toBe(200)
  }
})
