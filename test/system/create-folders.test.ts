import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createFolders } from '../../src/system/create-folders.ts'

const dir = mkdtempSync(join(tmpdir(), 'od-link-folders-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

describe('folders', () => {
  it('are created with what is missing above them, or are there already', () => {
    createFolders(join(dir, 'a', 'b', 'c'), 0o700)
    createFolders(join(dir, 'a', 'b', 'c'))
    symlinkSync(join(dir, 'a'), join(dir, 'link'))
    createFolders(join(dir, 'link'))
    expect(statSync(join(dir, 'a', 'b', 'c')).isDirectory()).toBe(true)
    if (process.platform !== 'win32') expect(statSync(join(dir, 'a')).mode & 0o777).toBe(0o700)
  })

  it('are not created where something else is, and the code says so', () => {
    writeFileSync(join(dir, 'file'), '')
    expect(() => createFolders(join(dir, 'file'))).toThrow('EEXIST')
    expect(() => createFolders(join(dir, 'file', 'x', 'y'))).toThrow(/ENOTDIR|ENOENT|EEXIST/)
  })

  it.runIf(process.platform === 'linux')(
    'end where the kernel creates none and says that they are missing',
    () => {
      expect(() => createFolders('/proc/.config/od-link')).toThrow('ENOENT')
    },
  )
})
