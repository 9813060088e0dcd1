import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'
import { usePlaces } from '../helpers/microsoft/place-world.ts'

const page = readFileSync(new URL('../../docs/drives.md', import.meta.url), 'utf8')
const bin = mkdtempSync(join(tmpdir(), 'od-link-drives-'))
afterAll(() => rmSync(bin, { recursive: true, force: true }))
const places = usePlaces()

it('the script of docs/drives.md creates a folder in a team’s files, as cron runs it, and twice', async () => {
  const script = /^ +```sh team-folder\.sh\n(.*?)^ +```$/ms.exec(page)?.[1]?.replace(/^ {3}/gm, '') ?? ''
  writeFileSync(join(bin, 'team-folder.sh'), script, { mode: 0o755 })
  const program = fileURLToPath(new URL('../../bin/od-link.js', import.meta.url))
  writeFileSync(join(bin, 'od-link'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, {
    mode: 0o755,
  })
  const general = await places.inLibrary('/General')
  const added = await places.world.run(['drive', 'add', 'team', general.webUrl])
  expect(added).toMatchObject({ code: 0 })
  const { OD_LINK_CONFIG_DIR, HOME } = places.world.env
  const env = { PATH: `${bin}${delimiter}/usr/bin${delimiter}/bin`, OD_LINK_CONFIG_DIR, HOME }
  for (let time = 1; time <= 2; time += 1) {
    const { stdout } = await promisify(execFile)(join(bin, 'team-folder.sh'), { env })
    expect(stdout).toMatch(/^team:\/Reports\/\d{4}-\d\d\n$/)
    const month = stdout.trim().slice('team:/Reports/'.length)
    const answer = await places.graph(
      'GET',
      `/drives/${general.driveId}/items/${general.itemId}:/Reports/${month}:`,
    )
    expect(answer.status).toBe(200)
  }
})
