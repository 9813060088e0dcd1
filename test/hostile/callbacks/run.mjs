// Bundles the attacks, since Node 20 runs no TypeScript, and carries them out.
import { build } from 'esbuild'

const outfile = new URL('../../artifacts/attack.mjs', import.meta.url)
await build({
  entryPoints: [new URL('run.ts', import.meta.url).pathname],
  outfile: outfile.pathname,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
})
await import(outfile.href)
