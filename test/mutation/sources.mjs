// Lets Node import the project's sources as they are, and all of them anew for each mutant.
import { readFileSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

const { transformSync } = createRequire(`${process.cwd()}/`)('esbuild')
const compiled = new Map()

/** Lets `import` read TypeScript and JSON; what is imported with `?run=N` brings all its sources with it anew. */
export function readSources() {
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      const run = /\?run=\d+$/.exec(context.parentURL ?? '')?.[0]
      const isSource = found.url.startsWith('file:') && !found.url.includes('/node_modules/')
      return run && isSource
        ? { ...found, url: found.url + run, shortCircuit: true, importAttributes: {} }
        : found
    },
    load(url, context, next) {
      const [plain] = url.split('?')
      if (!/\.(ts|json)$/.test(plain) || plain.includes('/node_modules/')) return next(url, context)
      if (!compiled.has(plain)) compiled.set(plain, compile(fileURLToPath(plain)))
      return { format: 'module', source: compiled.get(plain), shortCircuit: true }
    },
  })
}

function compile(path) {
  const loader = path.endsWith('.json') ? 'json' : 'ts'
  return transformSync(readFileSync(path, 'utf8'), {
    loader,
    format: 'esm',
    target: 'node22',
    sourcefile: path,
  }).code
}
