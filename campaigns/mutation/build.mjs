// Builds the program of the mutated sources, in the copy of the project that Stryker makes. Stryker would link the
// packages after that, and what is bundled brings its licences along.
import { symlinkSync } from 'node:fs'

symlinkSync('../../node_modules', 'node_modules', 'junction')
await import('../../build/main.mjs')
