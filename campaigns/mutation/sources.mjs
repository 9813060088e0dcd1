/* Lets Node import the project's TypeScript sources, and reloads all of them for each mutant. */

import { readFileSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

const { transformSync } = createRequire(`${process.cwd()}/`)('rolldown/utils')
const compiled = new Map()

/** Lets `import` read TypeScript and JSON; importing with `?run=N` reloads all sources of a module. */
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
  const text = readFileSync(path, 'utf8')
  if (path.endsWith('.json')) return `const value = ${text}\nexport default value\n${named(JSON.parse(text))}`
  const { code, errors } = transformSync(path, text, { target: 'node22', tsconfig: false })
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`)
  return code
}

/** Bundlers allow importing single values of a JSON file by name. */
function named(values) {
  const names = Object.keys(values).filter((name) => /^[a-z]+$/i.test(name) && name !== 'default')
  return `export const { ${names.join(', ')} } = value\n`
}
