import { areas, artifacts } from './areas.mjs'

/** One area at a time, named by the environment: each has its own tests, which kill its mutants soonest. */
const area = process.env.OD_LINK_MUTATION_AREA ?? ''

export default {
  mutate: areas[area].mutate,
  testRunner: 'od-link',
  plugins: [new URL('./runner.mjs', import.meta.url).href],
  // Many tests run the built program, so it is also built from the mutated sources: see children.mjs.
  buildCommand: 'node campaigns/mutation/build.mjs',
  symlinkNodeModules: false,
  concurrency: Number(process.env.OD_LINK_MUTATION_JOBS ?? 1),
  timeoutMS: 20_000,
  timeoutFactor: 0.5,
  // Each mutant leaves modules in memory that cannot be unloaded.
  maxTestRunnerReuse: 150,
  reporters: ['json', 'progress-append-only'],
  jsonReporter: { fileName: `${artifacts}/${area}.json` },
  incremental: true,
  incrementalFile: `${artifacts}/${area}-incremental.json`,
  ignorePatterns: ['/dist', '/bench', '/docs', '/campaigns/artifacts', '/test/artifacts', '/coverage'],
  disableTypeChecks: false,
  tsconfigFile: 'none.json',
}
