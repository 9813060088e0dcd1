import { relative } from 'node:path'

/**
 * Modules that share a file, with all that they import statically. Every other lazily imported module has a file of its
 * own: rolldown's default. A group is worth its lines from a gain of 2 ms; the gains below are CPU time of whole
 * processes, Node 20, medians of 41 and more paired runs.
 */
export const groups = [
  {
    // What mkdir shares with the command line would go into `usual`, and every command would load that.
    // Gain: 3 ms for --version; 4 ms for --help, which needs the names of the settings.
    name: 'od-link',
    modules: ['src/main.ts', 'src/settings/names.ts', 'src/cli/command.ts', 'src/text/shell-quote.ts'],
    priority: 2,
  },
  {
    // What most scripts run, mkdir and token with a valid token, would be 17 files otherwise.
    // Gain: 8 ms for mkdir, with the keychain and with files.
    name: 'usual',
    modules: [
      'src/commands/mkdir/run.ts',
      'src/commands/token/run.ts',
      'src/accounts/stores/keychain/index.ts',
      'src/accounts/stores/keychain/secret-service.ts',
    ],
    priority: 1,
  },
  {
    // What the commands for files share would be 22 files otherwise.
    // Gain: 3 % of the instructions of an upload, 1 % of those of ls.
    name: 'files',
    modules: ['src/commands/upload/run.ts', 'src/commands/download/run.ts'],
    priority: 0,
  },
  {
    // With commander, which --version and Tab do without. Apart, it would be four files more for each other command.
    name: 'command-line',
    modules: ['src/cli/command-line.ts'],
    priority: 1,
  },
]

/** rolldown's option `output.codeSplitting`. */
export const codeSplitting = {
  groups: groups.map(({ modules, ...group }) => ({ ...group, test: (id) => modules.includes(pathOf(id)) })),
}

/**
 * The name of a file: what it holds, and no hash, so that the list of packed files changes only when a file comes or goes.
 * @param chunk as rolldown passes it to `output.chunkFileNames`.
 */
export function chunkFileName({ name, facadeModuleId, moduleIds }) {
  const id = facadeModuleId ?? moduleIds[0]
  if (!id || groups.some((group) => group.name === name)) return `${name}.cjs`
  if (id.includes('rolldown/runtime')) return 'runtime.cjs'
  const [, bundled] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(pathOf(id)) ?? []
  if (bundled) return `package-${bundled.replaceAll('/', '-')}.cjs`
  const flat = pathOf(id)
    .replace(/^src\//, '')
    .replace(/\.ts$/, '')
    .replaceAll('/', '-')
  return `${facadeModuleId ? 'cold' : 'cold-shared'}-${flat}.cjs`
}

/** A plugin that fails the build when a group names a module that is not in its file, since it has moved, for example. */
export function requireGroups() {
  return {
    name: 'require-groups',
    generateBundle(_, files) {
      for (const { name, modules } of groups) {
        const held = (files[`${name}.cjs`]?.moduleIds ?? []).map(pathOf)
        const missing = modules.filter((module) => !held.includes(module))
        for (const module of missing) this.error(`build/chunks.mjs: ${module} is not in dist/${name}.cjs`)
      }
    },
  }
}

/** A module's path in the project, with slashes. */
export const pathOf = (id) => relative('.', id).replaceAll('\\', '/')
