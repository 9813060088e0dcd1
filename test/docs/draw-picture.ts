import { writeFileSync } from 'node:fs'
import { pictureFile, pictureOfToday } from './picture.ts'

/** `npm run picture`: draws the README's picture again, from a real run. */
writeFileSync(pictureFile, await pictureOfToday())
