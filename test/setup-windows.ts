import { beforeEach } from 'vitest'
import { posixOnly } from './posix-only.ts'

/** Skips the single tests that posix-only.ts lists. */
beforeEach(({ task, skip }) => {
  for (const { reason, tests } of posixOnly)
    if (tests?.[task.file.name]?.includes(task.name)) skip(`on Windows: ${reason}`)
})
