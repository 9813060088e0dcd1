import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasRealPart } from './real-part.ts'

/** A real file system without hard links and without permissions, as memory cards and sticks have it. */
export interface ExFat {
  folder: string
  remove: () => void
}

const forWhat = 'a file system without hard links'

/** Mounts a new exFAT; undefined where this machine cannot. */
export function mountExFat(): ExFat | undefined {
  if (!hasRealPart('mkfs.exfat', forWhat) || !hasRealPart('mount.exfat-fuse', forWhat)) return undefined
  const dir = mkdtempSync(join(tmpdir(), 'od-link-exfat-'))
  const [image, folder] = [join(dir, 'image'), join(dir, 'disk')]
  mkdirSync(folder)
  const script = [
    'truncate -s 16M "$1"',
    'mkfs.exfat "$1" >/dev/null',
    'loop=$(losetup --find --show "$1")',
    '{ mount.exfat-fuse -o umask=077 "$loop" "$2" >/dev/null || { losetup -d "$loop"; false; }; }',
    'echo "$loop"',
  ].join(' && ')
  const done = spawnSync('sh', ['-c', `PATH="$PATH:/usr/sbin:/sbin"; ${script}`, 'sh', image, folder], {
    encoding: 'utf8',
  })
  const remove = () => rmSync(dir, { recursive: true, force: true })
  if (done.status !== 0) {
    remove()
    // Containers rarely have loop devices; the same tests run with a refusal that is injected.
    console.warn(`skipped, because exFAT cannot be mounted (${done.stderr.trim()}): ${forWhat}`)
    return undefined
  }
  return {
    folder,
    remove: () => {
      spawnSync('umount', [folder])
      spawnSync('losetup', ['-d', done.stdout.trim()])
      remove()
    },
  }
}
