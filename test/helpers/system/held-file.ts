import fs from 'node:fs'
import { vi } from 'vitest'

/**
 * Lets this process replace no file of that name, as if another program had it open on Windows.
 * @param code of the file system's error; EBUSY is tried again for some seconds.
 * @returns lets go of it.
 */
export function holdFile(path: string, code = 'EPERM'): () => void {
  const { rename } = fs.promises
  const spy = vi.spyOn(fs.promises, 'rename').mockImplementation(async (from, to) => {
    if (to !== path) return rename(from, to)
    throw Object.assign(new Error(`${code}: operation not permitted, rename`), { code })
  })
  return () => spy.mockRestore()
}

/** Lets this process rename no file, as on a disk that is full or has just become read-only. @returns ends that. */
export function refuseRenames(code: string): () => void {
  const spy = vi.spyOn(fs.promises, 'rename').mockImplementation(async () => {
    throw Object.assign(new Error(`${code}: rename`), { code })
  })
  return () => spy.mockRestore()
}
