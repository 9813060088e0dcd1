// Prints what the package holds, the largest first: `npm run size`, after a build.
import { pathToFileURL } from 'node:url'
import { root, run } from './run.mjs'

/**
 * What `npm pack` would pack of the built tree, which stays as it is.
 * @returns `{ files: [{ path, size }], size, unpackedSize }`, sizes in bytes, `size` that of the tarball.
 */
export function packedFiles(folder = root) {
  const told = run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: folder })
  // One entry a package: in an array, or by name in newer ones of npm.
  const [packed] = Object.values(JSON.parse(told))
  return packed
}

/** Bytes for a reader, as in `12.3 kB`. */
export const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`

/** The sizes in one sentence. */
export function sizeInWords({ files, size, unpackedSize }) {
  return `${files.length} files, ${kB(size)} to download, ${kB(unpackedSize)} unpacked`
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const packed = packedFiles()
  for (const { path, size } of packed.files.toSorted((one, other) => other.size - one.size)) {
    console.log(`${kB(size).padStart(10)}  ${path}`)
  }
  console.log(sizeInWords(packed))
}
