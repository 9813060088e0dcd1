// Packs the project twice, in different places and under different circumstances, and compares: `npm run pack:twice`.
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root, run } from './run.mjs'

/** What is no source: it is made anew, or has nothing to do with the package. */
const leftOut = new Set(['node_modules', 'dist', '.git', 'coverage'])

/** The zone, the language and the rights of new files: none of it may show in the package. */
const circumstances = [
  { folder: 'a', umask: 0o022, env: { TZ: 'UTC', LANG: 'C' } },
  { folder: join('elsewhere', 'b'), umask: 0o077, env: { TZ: 'Pacific/Auckland', LANG: 'tr_TR.UTF-8' } },
]

/**
 * Builds and packs two copies of the source as it lies here.
 * @param into an empty folder, which holds the copies afterwards.
 * @returns `{ tarball, sha256 }` of each: its path and the hash of its bytes.
 */
export async function packTwice(into) {
  const packed = []
  for (const { folder, umask, env } of circumstances) {
    const copy = join(into, folder)
    await mkdir(copy, { recursive: true })
    const before = process.umask(umask)
    await cp(root, copy, { recursive: true, filter: (path) => !leftOut.has(basename(path)) })
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction')
    // npm builds by itself before it packs: the script `prepare`.
    run('npm', ['pack', '--silent'], { cwd: copy, env: { ...process.env, ...env } })
    process.umask(before)
    const name = (await readdir(copy)).find((entry) => entry.endsWith('.tgz'))
    const tarball = join(copy, name)
    packed.push({
      tarball,
      sha256: createHash('sha256')
        .update(await readFile(tarball))
        .digest('hex'),
    })
  }
  return packed
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = await mkdtemp(join(tmpdir(), 'od-link-pack-'))
  const packed = await packTwice(folder)
  for (const { sha256 } of packed) console.log(`sha256 ${sha256}`)
  await rm(folder, { recursive: true, force: true })
  if (packed[0].sha256 !== packed[1].sha256) process.exitCode = 1
}
