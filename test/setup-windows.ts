import { beforeEach } from 'vitest'
import { posixOnly } from './posix-only.ts'

/** Skips the single tests and the groups that posix-only.ts lists. */
beforeEach(({ task, skip }) => {
  const names = [task.name]
  for (let { suite } = task; suite; suite = suite.suite) names.push(suite.name)
  for (const { reason, tests } of posixOnly)
    if (tests?.[task.file.name]?.some((name) => names.includes(name))) skip(`on Windows: ${reason}`)
})
