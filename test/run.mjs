/*
 * Runs a program in TypeScript, since Node 20 runs none: node test/run.mjs campaigns/weather/main.ts --only refresh
 * It is bundled into a file that is as deep below the project as the sources are, which find their neighbours by it.
 */

import { basename, dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'rolldown'

const [node, , source, ...flags] = process.argv
const [top] = source.split('/')
const file = resolve(top, 'artifacts', `${basename(dirname(source))}.mjs`)
await build({
  input: source,
  platform: 'node',
  external: (id) => !/^[./]/.test(id),
  logLevel: 'warn',
  output: { file, format: 'esm', codeSplitting: false },
})
process.argv = [node, file, ...flags]
await import(pathToFileURL(file).href)
