import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { hasKeyring, startKeyring } from '../helpers/keychain/keyring.ts'
import { startSandbox } from '../helpers/microsoft/sandbox.ts'
import { newWorld } from '../helpers/program/world.ts'
import { drawPicture } from './picture.ts'

const file = new URL('../../docs/picture.svg', import.meta.url)

/** `npm run picture` sets OD_LINK_DRAW and draws it anew. */
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

/** Without what differs from run to run: the port, how long it took, the request's id and time. */
function masked(picture: string): string {
  return picture
    .replaceAll(/localhost:\d+/g, 'localhost:PORT')
    .replaceAll(/authorize\?[^<]*/g, 'authorize?…')
    .replaceAll(/\d+(\.\d)? s\)/g, 'N s)')
    .replaceAll(/request [^<]*/g, 'request …')
}
