#!/usr/bin/env node
// Plain old JavaScript on purpose: a Node that is too old must get as far as the sentence below.
if (Number(process.versions.node.split('.')[0]) < 20) {
  process.stderr.write(`od-link: this is Node ${process.versions.node}, and Node 20 or later is needed.\n`)
  process.exit(1)
}
require('../dist/od-link.cjs')
