/*
 * Runs a program in TypeScript, since Node 20 runs none: node test/run.mjs campaigns/weather/main.ts --only refresh
 * The sources find their neighbours by import.meta.url, which is that of each source here, as it is in the tests: the
 * bundle lies elsewhere.
 */

import { basename, dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'rolldown'

const [node, , source, ...flags] = process.argv
const [top] = source.split('/')
const file = resolve(top, 'artifacts', `${basename(dirname(source))}.mjs`)
const ownUrls = {
  name: 'own-urls',
  transform: (code, id) => code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href)),
}
await build({
  input: source,
  platform: 'node',
  external: (id) => !/^[./]/.test(id),
  logLevel: 'warn',
  plugins: [ownUrls],
  output: { file, format: 'esm', codeSplitting: false },
})
process.argv = [node, file, ...flags]
await import(pathToFileURL(file).href)
