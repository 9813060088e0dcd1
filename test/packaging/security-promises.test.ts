import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = readFileSync(join(root, 'docs', 'security-promises.md'), 'utf8')

/** The rows of the table of promises: the promise, and the tests for it. */
const promises = page
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2)
  .map((row): [promise: string, heldBy: string] => {
    const [, promise = '', heldBy = ''] = row.split('|').map((cell) => cell.trim())
    return [promise, heldBy]
  })

describe('what is promised of security', () => {
  it('is a table', () => expect(promises.length).toBeGreaterThan(20))

  it.each(promises)('is held by tests that are there: %s', (_, heldBy) => {
    const tests = heldBy.split(/;\s+(?=`)/)
    for (const test of tests) {
      const [, file = '', title = ''] = /^`(test\/[^`]+\.test\.ts)`: \*([^*]+)\*$/.exec(test) ?? []
      expect(file, `a test file with a title: ${test}`).not.toBe('')
      expect(existsSync(join(root, file)), file).toBe(true)
      expect(titlesOf(readFileSync(join(root, file), 'utf8')), file).toContain(title)
    }
  })
})

/** The titles in a test file: strings that are the first argument of a call with further arguments. */
function titlesOf(source: string): string[] {
  return [...source.matchAll(/\(\s*(['"`])((?:(?!\1).)*)\1,/g)].map(([, , title = '']) => title)
}
