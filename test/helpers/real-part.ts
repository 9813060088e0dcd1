import { spawnSync } from 'node:child_process'

/**
 * Whether a program that a test needs for real is on this machine. Without it the test is skipped, with a line
 * that says so; where every part must be there (continuous integration), its absence is a failure.
 */
export function hasRealPart(program: string, forWhat: string): boolean {
  const found = spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
  if (found) return true
  if (process.env.OD_LINK_TEST_REAL_PARTS === 'required') {
    throw new Error(`${program} is needed for ${forWhat}, and OD_LINK_TEST_REAL_PARTS is "required"`)
  }
  console.warn(`skipped, because ${program} is not installed: ${forWhat}`)
  return false
}
