// The program as CommonJS, which Node 20 starts 8 to 12 ms sooner than ES modules.
import { chunkFileName, codeSplitting, requireGroups } from './chunks.mjs'

const common = {
  platform: 'node',
  transform: { target: 'node20' },
  // The native keychain module is the one package that is installed beside od-link.
  external: /^@napi-rs\//,
  // What is in the group `usual` is imported lazily, and statically by others in that group.
  checks: { ineffectiveDynamicImport: false },
  // rolldown only warns of a package that is not installed, and leaves a `require` that fails when it is reached.
  onLog(_level, log, report) {
    if (log.code === 'UNRESOLVED_IMPORT') report('error', log)
  },
}

const output = {
  dir: 'dist',
  format: 'cjs',
  // A real `import()` would start the machinery for ES modules; `require` is there already.
  dynamicImportInCjs: false,
  entryFileNames: '[name].cjs',
  chunkFileNames: chunkFileName,
  comments: false,
  // A stack trace in a report should still name functions.
  minify: { compress: false, mangle: { keepNames: true } },
}

/** rolldown's options: the program, and the helper that `src/accounts/stores/probe.ts` runs as another process. */
export const programs = [
  {
    ...common,
    input: { 'od-link': 'src/main.ts' },
    plugins: [requireGroups()],
    output: { ...output, codeSplitting },
  },
  {
    ...common,
    // Shares no file with the program: the one with the shared code starts the program when it is loaded.
    // It never reads from the encrypted store, which no other program holds. The store's own module is left out, which is
    // imported lazily: what a module in this file imports statically, it would require at its start.
    external: [common.external, './encrypted/index.ts'],
    input: { 'read-back': 'src/accounts/stores/read-back.ts' },
    output: { ...output, codeSplitting: false },
  },
]
