import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type OwnSettings, recordOf } from './own-settings.ts'

/** Two people whose OneDrive a test links. */
export const ada = recordOf()
export const grace = recordOf({
  id: 'consumers.grace',
  username: 'grace@outlook.example',
  kind: 'personal',
  displayName: 'Grace Hopper',
})

/** The names of the files in which the file store keeps links. */
export function linkFiles({ dir }: OwnSettings): string[] {
  const folder = join(dir, 'links')
  return existsSync(folder) ? readdirSync(folder).sort() : []
}

/** An error with such a message. */
export function errorSaying(message: RegExp, more: object = {}): unknown {
  return expect.objectContaining({ message: expect.stringMatching(message), ...more })
}
