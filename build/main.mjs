// Builds dist/: the program, its manual page, and the licences and the bill of materials of the packages it bundles.
import { rm, writeFile } from 'node:fs/promises'
import { build } from 'rolldown'
import { billOfMaterials } from './bill-of-materials.mjs'
import { bundledPackages } from './bundled-packages.mjs'
import { licenses } from './licenses.mjs'
import { manualPage } from './manual.mjs'
import { programs } from './program.mjs'

// npm packs the modes of the files as they are, and the builder's umask must not show in them.
process.umask(0o022)
await rm('dist', { recursive: true, force: true })
const built = await build(programs)
const packages = await bundledPackages(built.flatMap(({ output }) => output))
await writeFile('dist/THIRD-PARTY-LICENSES.txt', licenses(packages))
await writeFile('dist/sbom.cdx.json', await billOfMaterials(packages))
await writeFile('dist/od-link.1', await manualPage())
