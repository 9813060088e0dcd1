// Preloaded into every Node process that a test starts during a mutation run: see children.mjs.
const { writeFileSync } = require('node:fs')
const { env, pid } = process

if (env.OD_LINK_COVERED) {
  process.on('exit', () => {
    const covered = globalThis.__stryker__?.mutantCoverage?.static
    if (covered) writeFileSync(`${env.OD_LINK_COVERED}-${pid}`, JSON.stringify(Object.keys(covered)))
  })
}

// The run ends a worker whose mutant takes too long; child processes of the worker must not outlive it.
setInterval(() => {
  try {
    process.kill(Number(env.OD_LINK_MUTATION_RUN), 0)
  } catch {
    process.exit()
  }
}, 1_000).unref()
