// Builds dist/: what `mkdir` needs as one file, everything that is used more rarely in files that are loaded then, and
// each bundled package. CommonJS, because Node 20 starts it 8 to 12 ms sooner than ES modules.
import { readFile, rm, writeFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { build } from 'rolldown'
import { billOfMaterials, bundledPackages, licensesOf } from './bundled.mjs'

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

const hot = 'virtual:od-link'

/**
 * od-link itself: a hot file, and a cold one for each lazy import, which takes from the hot one what both need, so that
 * every module exists once in a process. Node then compiles no more than is used.
 */
const odLink = {
  input: { 'od-link': hot },
  plugins: [packagesApart(), together(hot, ['main', ...usual])],
  output: {
    // A group takes along all that its modules import at once.
    codeSplitting: { groups: [{ name: 'hot', test: new RegExp(`^${hot}$|rolldown.runtime`) }] },
  },
}
const readBack = {
  input: { 'read-back': 'src/accounts/read-back.ts' },
  plugins: [packagesApart()],
  output: { codeSplitting: false },
}
const packageFiles = packages.map((name) => ({
  input: { [`packages/${name}`]: name },
  output: {
    codeSplitting: false,
    minify: true,
    exports: 'named',
    // For an `import name from` of a CommonJS file, Node and the bundler take the whole of `module.exports`.
    footer:
      'if (module.exports.default) module.exports = Object.assign(module.exports.default, module.exports);',
  },
}))

// The rights of the files go into the package, and are not those that somebody gives to private files.
process.umask(0o022)
await rm('dist', { recursive: true, force: true })
const built = await Promise.all([odLink, readBack, ...packageFiles].map(buildFiles))
const bundled = await bundledPackages(built.flat())
await writeFile('dist/THIRD-PARTY-LICENSES.txt', licensesOf(bundled))
await writeFile('dist/sbom.cdx.json', await billOfMaterials(bundled))
await writeFile('dist/od-link.1', await manualPage())

/** @returns the paths of the modules whose code went into the files. */
async function buildFiles({ output, ...what }) {
  const { output: files } = await build({
    platform: 'node',
    transform: { target: 'node20' },
    external: /^@napi-rs\//,
    // What is `usual` is imported lazily and yet at hand.
    checks: { ineffectiveDynamicImport: false },
    ...what,
    output: {
      dir: 'dist',
      format: 'cjs',
      // A real `import()` would start the machinery for ES modules; `require` is there already.
      dynamicImportInCjs: false,
      entryFileNames: '[name].cjs',
      chunkFileNames: coldFile,
      comments: false,
      // White space alone: a stack trace in a report should still name functions.
      minify: { compress: false, mangle: false },
      ...output,
    },
  })
  return files.flatMap(({ moduleIds }) => moduleIds).map((id) => pathFrom('.', id))
}

/** The manual page, from the description of the commands. */
async function manualPage() {
  const { output } = await build({
    input: 'src/help/manual.ts',
    platform: 'node',
    // The commands themselves are not needed to describe them.
    external: /^\.\.\/commands\//,
    write: false,
    output: { format: 'esm', codeSplitting: false },
  })
  const module = await import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString('base64')}`)
  const { version } = JSON.parse(await readFile('package.json', 'utf8'))
  return module.manualPage(version)
}

/** Named after what it holds, without a hash: the list of packed files changes only when a file comes or goes. */
function coldFile({ name, facadeModuleId, moduleIds }) {
  const module = facadeModuleId ?? moduleIds[0]
  if (!module) return `${name}.cjs`
  const flat = pathFrom('src', module).replace(/\.ts$/, '').replaceAll('/', '-')
  return `${facadeModuleId ? 'cold' : 'cold-shared'}-${flat}.cjs`
}

function pathFrom(folder, path) {
  return relative(folder, path).replaceAll('\\', '/')
}

/** Leaves what has a file of its own to that file, loaded when it is first used. */
function packagesApart() {
  return {
    name: 'packages-apart',
    resolveId(id) {
      return packages.includes(id) ? { id: `./packages/${id}.cjs`, external: true } : undefined
    },
  }
}

/** A module of that name which imports others at once, so that they are in one file with it. */
function together(name, modules) {
  const paths = modules.map((module) => resolve('src', `${module}.ts`))
  return {
    name: 'together',
    resolveId: (id) => (id === name ? id : undefined),
    load: (id) =>
      id === name ? paths.map((path) => `import ${JSON.stringify(path)}`).join('\n') : undefined,
  }
}
