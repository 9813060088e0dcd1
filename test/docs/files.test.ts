import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { usePlaces } from '../helpers/microsoft/place-world.ts'
import { runAsCron } from './recipe.ts'

const folder = mkdtempSync(join(tmpdir(), 'od-link-files-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const places = usePlaces()

it('the script of docs/files.md puts a report into a team’s files, and the newest one replaces it', async () => {
  const general = await places.inLibrary('/General')
  const added = await places.world.run(['drive', 'add', 'team', general.webUrl])
  expect(added).toMatchObject({ code: 0 })
  const report = join(folder, 'report.pdf')
  for (const text of ['of last night', 'of tonight']) {
    writeFileSync(report, text)
    const script = { page: 'files.md', name: 'nightly-report.sh', args: [report] }
    const stdout = await runAsCron(folder, script, places.world.env)
    expect(stdout).toMatch(/^team:\/Reports\/\d{4}-\d\d-\d\d\/report\.pdf\nteam:\/Reports\/latest\.pdf\n$/)
    for (const path of stdout.trimEnd().split('\n'))
      expect(await places.world.run(['download', path, '-'])).toMatchObject({ code: 0, stdout: text })
  }
})
