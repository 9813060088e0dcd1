import { lstatSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { OdLinkError } from '../../errors.ts'
import { numbered } from '../../graph/files/local-name.ts'
import { foldName } from '../../graph/path.ts'
import { fileTrouble } from '../../graph/transfer/file-errors.ts'
import {
  fileTaken,
  openPart,
  openSpecial,
  passOn,
  refuseDevice,
  type Target,
  tidyPart,
} from '../../graph/transfer/partial-file.ts'
import type { UploadConflict } from '../../graph/transfer/upload.ts'
import { createFolders, isFolder } from '../../system/create-folders.ts'
import { caughtUp } from '../../terminal/index.ts'
import type { NextCommand } from '../../text/next-step.ts'
import { existsLocally, obstacleAt } from '../shared/destination.ts'
import type { Names } from '../shared/names.ts'
import { ReaderGone } from '../shared/reader-gone.ts'

/** Where downloads go on this machine. */
export type LocalDestination = ({ folder: string } | { file: string }) & {
  /** A folder that the first file creates. */
  missing?: string
}

/**
 * Finds out where files go, as `cp` does.
 * @throws OdLinkError (usage) when a folder is missing, or several files would get one name.
 */
export function readLocalDestination(
  to: string,
  { several, parents, paths }: { several: boolean; parents: boolean; paths: readonly string[] },
): LocalDestination | 'stdout' {
  if (to === '-') {
    if (!several) return 'stdout'
    throw new OdLinkError('usage', 'Standard output takes one file.', {
      reason: 'conflicting-options',
      next: ['Download them one after the other.'],
    })
  }
  if (to === '') throw fileTrouble(Object.assign(new Error(), { code: 'ENOENT' }), to, 'written')
  const isFolderText = /[/\\]$/.test(to)
  if (isFolder(to)) return { folder: to }
  const folder = several || isFolderText ? to : dirname(to)
  const obstacle = obstacleAt(folder)
  if (obstacle) throw fileTrouble(obstacle, folder, 'written')
  const place = several || isFolderText ? { folder } : { file: to }
  if (isFolder(folder)) return place
  if (existsLocally(folder))
    throw fileTrouble(Object.assign(new Error(), { code: 'ENOTDIR' }), folder, 'written')
  if (!parents) throw missing(folder, to, paths)
  return { ...place, missing: folder }
}

function createFolder(folder: string): void {
  try {
    createFolders(resolve(folder))
  } catch (error) {
    throw fileTrouble(error, folder, 'written')
  }
}

function missing(folder: string, to: string, paths: readonly string[]): OdLinkError {
  const bothRemote = to.startsWith('/') && paths.length > 0
  return new OdLinkError('usage', `There is no folder "${folder}" on this computer.`, {
    reason: 'local-file',
    next: [
      { intro: 'To create it:', flags: { parents: true } },
      ...(bothRemote
        ? [{ intro: 'If the last one is in OneDrive, too:', verb: 'download', args: [...paths, to, '.'] }]
        : []),
    ],
  })
}

/** The command that saves to a file, which can be continued, what would go to a pipe. @param from its path in the drive. */
const toFile = (from: string): NextCommand => ({ verb: 'download', args: [from, 'FILE'] })

/**
 * Opens the file that a download becomes.
 * @param content what it is, for a later run that continues it.
 * @throws OdLinkError (taken) when it exists and must not be replaced.
 */
export function openLocal(
  file: string,
  { content, from, onConflict, names, missing }: Opening,
): { path: string; target: Target } {
  refuseDevice(file)
  if (missing !== undefined) createFolder(missing)
  const special = openSpecial(file, toFile(from))
  if (special) return { path: file, target: special }
  const isFree = (path: string) => !exists(path) && !(onConflict === 'rename' && names.has(path))
  if (onConflict === 'fail' && exists(file)) {
    tidyPart(file)
    throw fileTaken(file)
  }
  let path = file
  for (let number = 1; onConflict !== 'replace' && !isFree(path); number += 1)
    path = join(dirname(file), numbered(basename(file), number))
  names.claim(path, from)
  return { path, target: openPart(path, content, onConflict === 'replace') }
}

interface Opening {
  content: string
  /** Its path in the drive. */
  from: string
  onConflict: UploadConflict
  /** A folder to create first. */
  missing: string | undefined
  /** The local paths of this command. */
  names: Names
}

/** What all spellings of one local name have in common: macOS and Windows ignore case, as OneDrive does. */
export function foldLocal(name: string, platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' || platform === 'darwin' ? foldName(name) : name
}

/** A link that leads nowhere has its name, too. What cannot exist is told when it is opened. */
function exists(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined
  } catch {
    return false
  }
}

/** Standard output, at the pace of its reader. */
export function openStdout(from: string): Target {
  return passOn(async (chunk) => {
    process.stdout.write(chunk)
    if (!(await caughtUp())) throw new ReaderGone()
  }, toFile(from))
}
