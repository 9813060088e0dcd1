// Builds dist/: what `mkdir` needs as one file, everything that is used more rarely in files that are loaded then, the
// sandbox, and each bundled package. CommonJS, because Node 20 starts it 8 to 12 ms sooner than ES modules.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { build, transform } from 'esbuild'

/** Packages that come bundled; the keychain module alone stays outside, since it is native. */
const packages = ['conf', 'https-proxy-agent', 'oauth4webapi', 'open', 'proxy-from-env']

/** Imported lazily, and yet a part of the file of `mkdir`, because most runs use them. */
const usual = [
  'commands/mkdir',
  'commands/token',
  'accounts/keychain',
  'accounts/secret-service',
  'accounts/file',
]

const commonJs = {
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // A real `import()` would start the machinery for ES modules; `require` is there already.
  supported: { 'dynamic-import': false },
  charset: 'utf8',
  logLevel: 'warning',
}
const ownAddress = "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;"
const common = {
  ...commonJs,
  bundle: true,
  metafile: true,
  outExtension: { '.js': '.cjs' },
  define: { 'import.meta.url': '__importMetaUrl' },
  banner: { js: ownAddress },
}
const whole = { ...common, outdir: 'dist', minifyWhitespace: true }

/** Leaves what has a file of its own to that file, loaded when it is first used. */
const ownFiles = {
  name: 'files-of-their-own',
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`^(${packages.join('|')})$`) }, ({ path }) => ({
      path: `./packages/${path}.cjs`,
      external: true,
    }))
    onResolve({ filter: /\/sandbox\/index\.ts$/ }, () => ({ path: './sandbox.cjs', external: true }))
  },
}

await rm('dist', { recursive: true, force: true })
await mkdir('dist')
const [parts, ...others] = await Promise.all([
  buildInParts(),
  build({ ...whole, entryPoints: { 'read-back': 'src/accounts/read-back.ts' }, plugins: [ownFiles] }),
  build({ ...whole, entryPoints: { sandbox: 'src/sandbox/index.ts' } }),
  build({
    ...common,
    entryPoints: Object.fromEntries(packages.map((name) => [name, name])),
    outdir: 'dist/packages',
    minify: true,
    legalComments: 'none',
    // For an `import name from` of a CommonJS file, Node and esbuild take the whole of `module.exports`.
    footer: {
      js: 'if (module.exports.default) module.exports = Object.assign(module.exports.default, module.exports);',
    },
  }),
])
const metafiles = [...parts, ...others].map(({ metafile }) => metafile)
await writeFile('dist/THIRD-PARTY-LICENSES.txt', await licensesOf(metafiles))
await writeFile('dist/od-link.1', await manualPage())

/**
 * Builds od-link itself: a file with the modules that `mkdir` needs, and cold files that take those modules from
 * there, so that every module exists once in a process. Node then compiles no more than is used.
 */
async function buildInParts() {
  const start = "import './src/main.ts'"
  const { metafile } = await buildHot(start, new Set(usual.map((name) => `src/${name}.ts`)), new Set())
  const hot = new Set(Object.keys(metafile.inputs).filter((path) => /^src\/.*\.ts$/.test(path)))
  const shared = [...hot].filter((path) => path !== 'src/main.ts')
  const imports = shared.map((path, index) => `import * as m${index} from './${path}'`)
  const table = shared.map((path, index) => `'${path}': m${index}`)
  const cold = new Set()
  const contents = [start, ...imports, `export const modules = { ${table} }`].join('\n')
  return [await buildHot(contents, hot, cold), await buildCold(cold, hot)]
}

/** @param cold takes down what is imported lazily and is not hot. */
function buildHot(contents, hot, cold) {
  const coldApart = {
    name: 'cold-apart',
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
        const module = moduleAt(resolveDir, path)
        if (kind !== 'dynamic-import' || hot.has(module)) return undefined
        cold.add(module)
        return { path: `./${coldFile(module)}.cjs`, external: true }
      })
    },
  }
  return build({
    ...common,
    stdin: { contents, resolveDir: '.' },
    outfile: 'dist/od-link.cjs',
    plugins: [ownFiles, coldApart],
    minifyWhitespace: true,
  })
}

/** esbuild cuts ES modules alone into files that share what they have in common; each is made CommonJS afterwards. */
async function buildCold(cold, hot) {
  const hotElsewhere = {
    name: 'hot-elsewhere',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./, namespace: 'file' }, ({ path, resolveDir }) => {
        const module = moduleAt(resolveDir, path)
        return hot.has(module) ? { path: module, namespace: 'hot' } : undefined
      })
      onResolve({ filter: /.*/, namespace: 'hot' }, ({ path }) => ({ path, external: true }))
      onLoad({ filter: /.*/, namespace: 'hot' }, ({ path }) => ({
        contents: `module.exports = require('./od-link.cjs').modules['${path}']`,
      }))
    },
  }
  const result = await build({
    ...common,
    format: 'esm',
    supported: {},
    banner: {},
    entryPoints: Object.fromEntries([...cold].map((module) => [coldFile(module), module])),
    outdir: 'dist',
    splitting: true,
    chunkNames: 'cold-[name]-[hash]',
    plugins: [ownFiles, hotElsewhere],
    write: false,
  })
  for (const { path, text } of result.outputFiles) {
    const { code } = await transform(text, { ...commonJs, minifyWhitespace: true })
    await writeFile(path, text.includes('__importMetaUrl') ? ownAddress + code : code)
  }
  return result
}

/** The manual page, from the description of the commands. */
async function manualPage() {
  const commandsApart = {
    name: 'commands-apart',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.\/commands\// }, ({ path }) => ({ path, external: true }))
    },
  }
  const { outputFiles } = await build({
    bundle: true,
    platform: 'node',
    format: 'esm',
    entryPoints: ['src/help/manual.ts'],
    write: false,
    plugins: [commandsApart],
  })
  const module = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  )
  const { version } = JSON.parse(await readFile('package.json', 'utf8'))
  return module.manualPage(version)
}

function moduleAt(folder, path) {
  return relative('.', resolve(folder, path)).replaceAll('\\', '/')
}

function coldFile(module) {
  return `cold-${module.replace(/^src\/|\.ts$/g, '').replaceAll('/', '-')}`
}

/** The licences of all packages whose code was bundled: each asks to travel with it. */
async function licensesOf(metafiles) {
  const files = metafiles.flatMap(({ inputs }) => Object.keys(inputs))
  const folders = files.map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]).filter(Boolean)
  const texts = [...new Set(folders)].sort().map(async (folder) => {
    const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'))
    const file = (await readdir(folder)).find((entry) => /^licen[sc]e/i.test(entry))
    const text = file ? await readFile(`${folder}/${file}`, 'utf8') : ''
    return `${name} ${version} (${license})\n\n${text.trim()}\n`
  })
  return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`)
}
