import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { hookVariables, ownVariables } from '../../src/commands/help/environment.ts'
import { exitCodeRows } from '../../src/commands/help/exit-codes.ts'
import { errorFields } from '../../src/commands/help/topics.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const named = (text: string) => new Set(text.match(/OD_LINK_[A-Z_]*[A-Z]/g) ?? [])
const told = [...ownVariables, ...hookVariables].map(([name]) => name)

describe('README.md', () => {
  it('has the same exit codes and meanings as od-link help exit-codes', () => {
    const cells = readme.split('\n').flatMap((line) => line.split('|').map((cell) => cell.trim()))
    for (const [code, meaning] of exitCodeRows) {
      const told = cells.some((cell, index) => cell === code && cells[index + 1] === meaning)
      expect({ code, meaning, told }).toEqual({ code, meaning, told: true })
    }
  })

  it('has the fields of an error in JSON', () => {
    const [, listed = ''] = /\{"error":\{([^}]*)\}\}/.exec(readme) ?? []
    expect(listed.match(/\w+/g)).toEqual(errorFields)
  })

  it('has no link that leads nowhere on the page of the package, which has neither docs nor a repository', () => {
    expect([...readme.matchAll(/\]\((?!https:\/\/)[^)]*\)/g)].map(([link]) => link)).toEqual([])
    expect(readme).not.toMatch(/!\[|<img/)
  })

  it('names only variables that od-link help environment lists', () => {
    expect([...named(readme)].filter((name) => !told.includes(name))).toEqual([])
  })
})

it('od-link help environment lists every variable that the code reads', () => {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )
  const used = files.map((name) => readFileSync(join(root, 'src', name), 'utf8')).join('\n')
  expect([...named(used)].filter((name) => !told.includes(name))).toEqual([])
})
