import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')

/** A promise of the page, and the lines below it that name its tests. */
interface Promised {
  heading: string
  promise: string
  tests: string[]
}

const page = read('docs/security-promises.md').split('\n')
const promises: Promised[] = []
const headings: string[] = []
for (const line of page) {
  const [, mark, text = ''] = /^(## |- | {2}- )(.*)$/.exec(line) ?? []
  if (mark === '## ') headings.push(text)
  else if (mark === '- ') promises.push({ heading: headings.at(-1) ?? '', promise: text, tests: [] })
  else if (mark) promises.at(-1)?.tests.push(text)
}

const titles = new Map(
  readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `test/${name.replaceAll('\\', '/')}`)
    .map((file) => [file, titlesOf(read(file))]),
)

describe('what SECURITY.md promises', () => {
  it('has a part of docs/security-promises.md for each promise, in the same order', () => {
    const [, section = ''] = /^## What is promised\n(.*?)^## /ms.exec(read('SECURITY.md')) ?? []
    const promised = [...section.matchAll(/^- \*\*(.+?)\.\*\*/gm)].map(([, lead]) => lead)
    expect(promised.length).toBeGreaterThan(5)
    expect(headings).toEqual(promised)
  })

  it('is more than a few promises, with the tests for each', () => {
    expect(promises.length).toBeGreaterThan(20)
    expect(page.filter((line) => /^ *-/.test(line))).toHaveLength(
      promises.length + promises.flatMap(({ tests }) => tests).length,
    )
    expect(promises.filter(({ tests }) => tests.length === 0)).toEqual([])
  })

  for (const { heading, promise, tests } of promises)
    it(`${heading}: ${promise}`, () => expect(tests.flatMap(wrongWith)).toEqual([]))
})

/** What is wrong with a line that names a test: which file or title is missing, and where the title is now. */
function wrongWith(test: string): string[] {
  const [, file = '', title = ''] = /^`(test\/[^`]+\.test\.ts)`: \*([^*]+)\*$/.exec(test) ?? []
  if (!file) return [`not a test file with a title: ${test}`]
  if (titles.get(file)?.includes(title)) return []
  const missing = existsSync(join(root, file))
    ? `${file} has no test`
    : `there is no file ${file} with the test`
  const now = [...titles].filter(([, found]) => found.includes(title)).map(([name]) => name)
  return [`${missing} "${title}"; ${now.length > 0 ? `it is in ${now.join(', ')}` : 'no other file has it'}`]
}

/** The titles in a test file: strings that are the first argument of a call with further arguments. */
function titlesOf(source: string): string[] {
  return [...source.matchAll(/\(\s*(['"`])((?:(?!\1).)*)\1,/g)].map(([, , title = '']) => title)
}
