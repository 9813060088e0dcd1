// Builds dist/: the command line as one file, what `mkdir` needs besides as another, everything that is used more rarely
// in files that are loaded then, and each bundled package. CommonJS, because Node 20 starts it 8 to 12 ms sooner than ES modules.
import { readFile, rm, writeFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { build } from 'rolldown'
import { billOfMaterials, bundledPackages, licensesOf } from './bundled.mjs'

/** Packages that come bundled; the keychain module alone stays outside, since it is native. */
const packages = ['chalk', 'commander', 'conf', 'https-proxy-agent', 'oauth4webapi', 'open', 'proxy-from-env']

/** Imported lazily each, and yet in one file, because most runs use them all. */
const usual = [
  'commands/mkdir/run',
  'commands/token/run',
  'accounts/stores/keychain/index',
  'accounts/stores/keychain/secret-service',
]

/**
 * What lies in one file. A group takes along all that its modules import at once; what both of the first two need is the
 * command line's.
 */
const groups = [
  {
    name: 'od-link',
    test: /src.(main|settings.names|cli.command|text.shell-quote)\.ts$/,
    priority: 2,
  },
  { name: 'usual', test: new RegExp(`src.(${usual.join('|')})\\.ts$`), priority: 1 },
  // With commander, which `--version` and Tab do without.
  { name: 'command-line', test: /src.cli.command-line\.ts$/, priority: 1 },
  // What a person waits for at the prompt.
  { name: 'cold-help', test: /src.commands.help.overview\.ts$/ },
  { name: 'cold-completion', test: /src.commands.completion.complete\.ts$/ },
]
const isGroup = (name) => groups.some((group) => group.name === name)

/**
 * od-link itself: the command line, what most runs use, and a cold file for each other lazy import, which takes from the
 * first two what it shares with them, so that every module exists once in a process. Node compiles no more than is used.
 */
const odLink = {
  input: { 'od-link': 'src/main.ts' },
  plugins: [packagesApart(), withoutDetours()],
  output: { codeSplitting: { groups } },
}
const readBack = {
  input: { 'read-back': 'src/accounts/stores/read-back.ts' },
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
      chunkFileNames: fileName,
      comments: false,
      // A stack trace in a report should still name functions.
      minify: { compress: false, mangle: { keepNames: true } },
      ...output,
    },
  })
  return files.flatMap(({ moduleIds }) => moduleIds).map((id) => pathFrom('.', id))
}

/** The manual page, from the description of the commands. */
async function manualPage() {
  const { output } = await build({
    input: 'src/commands/help/manual.ts',
    platform: 'node',
    write: false,
    output: { format: 'esm', codeSplitting: false },
  })
  const module = await import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString('base64')}`)
  const { version } = JSON.parse(await readFile('package.json', 'utf8'))
  return module.manualPage(version)
}

/** Named after what it holds, without a hash: the list of packed files changes only when a file comes or goes. */
function fileName({ name, facadeModuleId, moduleIds }) {
  const module = facadeModuleId ?? moduleIds[0]
  if (!module || isGroup(name)) return `${name}.cjs`
  if (module.includes('rolldown/runtime')) return 'runtime.cjs'
  const flat = pathFrom('.', module)
    .replace(/^src\/|\.ts$/g, '')
    .replaceAll('/', '-')
  return `${facadeModuleId ? 'cold' : 'cold-shared'}-${flat}.cjs`
}

function pathFrom(folder, path) {
  return relative(folder, path).replaceAll('\\', '/')
}

/**
 * Takes out of the files what the bundler puts there for cases that are none here, and what every `mkdir` would pay for:
 * the wrapping of Node's own modules, and the bundler's helpers as a file of their own.
 */
function withoutDetours() {
  return {
    name: 'without-detours',
    transform: {
      filter: { id: /env-paths/ },
      // Named or whole, a module of Node's is the same; as a default it would need a wrapping.
      handler: (code) => code.replace(/^import (\w+) from 'node:/gm, "import * as $1 from 'node:"),
    },
    generateBundle(_, files) {
      const helpers = files['runtime.cjs'].code
      for (const file of Object.values(files)) {
        file.code = file.code
          .replace(/\w+\.n\((require\("node:[\w/]+"\))(,1)?\)/g, '$1')
          .replace(/((\w+)=require\("node:[\w/]+"\);)\2=\w+\.n\(\2(,1)?\);/g, '$1')
          // A single character beyond Latin-1 would make V8 hold the whole file at two bytes a character.
          .replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
        if (isGroup(file.name))
          file.code = file.code.replace(
            'require("./runtime.cjs")',
            () => `(exports=>{${helpers};return exports})({})`,
          )
      }
    },
  }
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
