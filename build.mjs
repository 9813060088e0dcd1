// Builds dist/: od-link itself, the sandbox, and each bundled package in a file of its own that is loaded by the
// commands that need it. CommonJS, because Node 20 starts it 8 to 12 ms sooner than ES modules.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { build } from 'esbuild'

/** Packages that come bundled; the keychain module alone stays outside, since it is native. */
const packages = ['conf', 'https-proxy-agent', 'oauth4webapi', 'open', 'proxy-from-env']

const common = {
  bundle: true,
  metafile: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // A real `import()` would start the machinery for ES modules; `require` is there already.
  supported: { 'dynamic-import': false },
  charset: 'utf8',
  logLevel: 'warning',
  // `open` asks where it lies, to find a script that it does not need when bundled.
  define: { 'import.meta.url': '__importMetaUrl' },
  banner: { js: "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
}

/** Leaves what has a file of its own to that file, loaded when it is first used. */
const inFilesOfTheirOwn = {
  name: 'in-files-of-their-own',
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`^(${packages.join('|')})$`) }, ({ path }) => ({
      path: `./packages/${path}.cjs`,
      external: true,
    }))
    onResolve({ filter: /\/sandbox\/index\.ts$/ }, () => ({ path: './sandbox.cjs', external: true }))
  },
}

await rm('dist', { recursive: true, force: true })
const built = await Promise.all([
  build({
    ...common,
    entryPoints: { 'od-link': 'src/main.ts', 'read-back': 'src/accounts/read-back.ts' },
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    plugins: [inFilesOfTheirOwn],
    minifyWhitespace: true,
  }),
  build({
    ...common,
    entryPoints: { sandbox: 'src/sandbox/index.ts' },
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    minifyWhitespace: true,
  }),
  build({
    ...common,
    entryPoints: Object.fromEntries(packages.map((name) => [name, name])),
    outdir: 'dist/packages',
    outExtension: { '.js': '.cjs' },
    minify: true,
    legalComments: 'none',
    // For an `import name from` of a CommonJS file, Node and esbuild take the whole of `module.exports`.
    footer: {
      js: 'if (module.exports.default) module.exports = Object.assign(module.exports.default, module.exports);',
    },
  }),
])
await writeFile('dist/THIRD-PARTY-LICENSES.txt', await licensesOf(built.map(({ metafile }) => metafile)))

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
