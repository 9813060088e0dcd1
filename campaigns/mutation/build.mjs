/*
 * Builds the program from the mutated sources, in the copy of the project that Stryker makes. Stryker links
 * the packages only after the build, but the bundle needs their licences.
 */

import { symlinkSync } from 'node:fs'

symlinkSync('../../node_modules', 'node_modules', 'junction')
await import('../../build/main.mjs')
