import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { hasKeyring } from '../helpers/keychain/keyring.ts'
import { pictureFile, pictureOfToday } from './picture.ts'

it.runIf(hasKeyring())('the picture of the documentation shows what od-link says today', async () => {
  expect(masked(await pictureOfToday())).toBe(masked(readFileSync(pictureFile, 'utf8')))
})

/** Without what differs between runs: the port, durations, the request's id and time. */
function masked(picture: string): string {
  return picture
    .replaceAll(/localhost:\d+/g, 'localhost:PORT')
    .replaceAll(/authorize\?[^<]*/g, 'authorize?…')
    .replaceAll(/\d+(\.\d)? s\)/g, 'N s)')
    .replaceAll(/request [^<]*/g, 'request …')
}
