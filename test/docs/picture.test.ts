import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { hasKeyring } from '../helpers/keychain/keyring.ts'
import { pictureFile, pictureOfToday } from './picture.ts'

const file = new URL('../../docs/picture.svg', import.meta.url)

/** `npm run picture` sets OD_LINK_DRAW to draw it again. */
it("the README's picture shows what od-link says today", async () => {
  if (!hasKeyring()) return
  const [sandbox, keyring] = await Promise.all([startSandbox(), startKeyring()])
  const world = newWorld(sandbox, keyring)
  try {
    const picture = drawPicture(world)
    if (process.env.OD_LINK_DRAW) writeFileSync(file, picture)
    expect(masked(picture)).toBe(masked(readFileSync(file, 'utf8')))
  } finally {
    world.remove()
    await keyring.stop()
    await sandbox.stop()
  }
})

/** Without what differs between runs: the port, durations, the request's id and time. */
function masked(picture: string): string {
  return picture
    .replaceAll(/localhost:\d+/g, 'localhost:PORT')
    .replaceAll(/authorize\?[^<]*/g, 'authorize?…')
    .replaceAll(/\d+(\.\d)? s\)/g, 'N s)')
    .replaceAll(/request [^<]*/g, 'request …')
}
