// Loaded by every Node that a test starts while mutants are tried out: see in-children.ts.
const { writeFileSync } = require('node:fs')
const { env, pid } = process

if (env.OD_LINK_COVERED) {
  process.on('exit', () => {
    const covered = globalThis.__stryker__?.mutantCoverage?.static
    if (covered) writeFileSync(`${env.OD_LINK_COVERED}-${pid}`, JSON.stringify(Object.keys(covered)))
  })
}

// The run ends a worker whose mutant takes too long, and what that one has started must not outlive it.
setInterval(() => {
  try {
    process.kill(Number(env.OD_LINK_MUTATION_RUN), 0)
  } catch {
    process.exit()
  }
}, 1_000).unref()
