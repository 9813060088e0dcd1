import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { commands } from '../../src/commands/index.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
  ...readdirSync(join(root, 'campaigns'))
    .map((name) => `campaigns/${name}/README.md`)
    .filter((page) => existsSync(join(root, page))),
]

/** Claims in the documentation that a test can check. */
describe.each(pages)('%s', (page) => {
  const text = read(page)

  it('links to existing files', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link)
    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([])
  })

  it('links to headings that are there', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)#([^)]*)\)/g)]
    const missing = links.filter(([, file = '', anchor = '']) => {
      const target = file ? read(join(dirname(page), file)) : text
      const headings = [...target.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading)
      return !headings.map(anchorOf).includes(anchor)
    })
    expect(missing.map(([link]) => link)).toEqual([])
  })

  it('names commands and scripts that exist', () => {
    const code = [...text.matchAll(/^ *```.*?\n(.*?)^ *```|`([^`]+)`/gms)].map(
      ([, block, word]) => block ?? word,
    )
    const spoken = /#.*|""".*?"""/g
    const named = [
      ...code
        .join('\n')
        .replaceAll(spoken, '')
        .matchAll(/\bod-link ([a-z]+)/g),
    ].map(([, name = '']) => name)
    expect(named.filter((name) => !(name in commands))).toEqual([])
    const { scripts } = JSON.parse(read('package.json'))
    const run = [...text.matchAll(/npm run ([a-z:-]+)/g)].map(([, name = '']) => name)
    expect(run.filter((name) => !(name in scripts))).toEqual([])
  })
})

it('the messages of the README’s troubleshooting are those that od-link prints', () => {
  const section = /^## Troubleshooting\n(.*?)^## /ms.exec(read('README.md'))?.[1] ?? ''
  const messages = [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, message = '']) => message)
  expect(messages.length).toBeGreaterThan(4)
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  const source = files.map((name) => (name.endsWith('.ts') ? read(join('src', name)) : '')).join('\n')
  for (const message of messages) expect(source).toContain(message)
})

/** How GitHub names a heading in a link: words in lower case, with hyphens, without other signs. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

it('each program that runs on the sandbox has its test', () => {
  const section = /^### What runs on it\n(.*?)^### /ms.exec(read('docs/sandbox.md'))?.[1] ?? ''
  const rows = [...section.matchAll(/^\| ([^|]+) \|[^|]+\| `([^`]+)` \|$/gm)]
  expect(rows.length).toBeGreaterThan(7)
  expect(section.match(/^\| (?!program)[^-]/gm)).toHaveLength(rows.length)
  for (const [, program = '', file = ''] of rows) {
    // The name as it stands in the title of a test: without who packages it.
    const name = program.replace(/ \(Debian\).*|,.*|^a | application/g, '')
    expect(read(join('test/sandbox', file)), program).toContain(name)
  }
})
