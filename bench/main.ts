import { bulk } from './bulk.ts'
import { files } from './files.ts'
import { mkdir } from './mkdir.ts'
import { mkdirOverTls } from './mkdir-over-tls.ts'
import { scale } from './scale.ts'
import { start } from './start.ts'
import { printHead } from './table.ts'

/**
 * `npm run bench`: whole processes as ratios to another in the same run. It prints a table and fails nothing.
 * `npm run bench -- start mkdir` measures these parts only; ROUNDS is the number of rounds.
 */
const parts: Record<string, () => Promise<void>> = { start, mkdir, rclone: mkdirOverTls, files, scale, bulk }

const chosen = process.argv.slice(2)
const unknown = chosen.filter((name) => !Object.hasOwn(parts, name))
if (unknown.length > 0)
  throw new Error(`no such part: ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`)
printHead()
for (const [name, measure] of Object.entries(parts))
  if (chosen.length === 0 || chosen.includes(name)) await measure()
