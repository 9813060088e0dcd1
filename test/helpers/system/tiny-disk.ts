import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A small disk mounted at a folder, in its own mount namespace. It can be full or read-only. */
export interface TinyDisk {
  /** The command line that runs a program in that namespace. */
  through: string[]
  /** The folder, as it is there. */
  folder: string
  /** Leaves space for this many pages of 4,096 bytes. */
  fill: (pages: number) => void
  /** Leaves no inode for another file, however small. */
  fillInodes: () => void
  readOnly: () => void
  /** Undoes all of that. */
  makeRoom: () => void
  stop: () => Promise<void>
}

const pageBytes = 4096

/** @param at an empty folder. */
export async function tinyDisk(at: string): Promise<TinyDisk> {
  const mount = 'mount -t tmpfs -o size=1m,nr_inodes=200,mode=700 tmpfs "$1"'
  const holder = spawn('unshare', ['-m', 'sh', '-c', `${mount} && echo ready && exec sleep 1000`, 'sh', at], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(holder.stdout, 'data')
  const folder = `/proc/${holder.pid}/root${at}`
  const through = ['nsenter', '-t', String(holder.pid), '-m', '--']
  const remount = (how: string) => {
    const done = spawnSync('nsenter', [...through.slice(1), 'mount', '-o', `remount,${how}`, at])
    if (done.status !== 0) throw new Error(`not remounted ${how}: ${done.stderr}`)
  }
  const ballast = join(folder, 'ballast')
  const makeRoom = () => {
    remount('rw,nr_inodes=200')
    rmSync(ballast, { force: true })
  }
  return {
    through,
    folder,
    fill: (pages) => {
      writeFileSync(ballast, '')
      writeFileSync(ballast, Buffer.alloc((statfsSync(folder).bfree - pages) * pageBytes))
    },
    fillInodes: () => {
      const { files, ffree } = statfsSync(folder)
      remount(`nr_inodes=${files - ffree}`)
    },
    readOnly: () => remount('ro'),
    makeRoom,
    stop: async () => {
      holder.kill('SIGKILL')
      await once(holder, 'exit')
    },
  }
}
