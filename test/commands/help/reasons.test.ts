import { describe, expect, it } from 'vitest'
import { errorFields } from '../../../src/commands/help/topics.ts'
import { type ErrorKind, exitCodes, reasons } from '../../../src/errors.ts'
import { jsonError } from '../../helpers/program/linked.ts'
import { odLink } from '../../helpers/program/od-link.ts'

describe('od-link help reasons', () => {
  it('explains every reason of src/errors.ts, below its kind, and no other', async () => {
    const { stdout } = await odLink(['help', 'reasons'])
    const sections = stdout.split(/^([\w-]+) \(exit code (\d+)\):$/m).slice(1)
    const listed: [kind: string, exitCode: number, words: string[]][] = []
    for (let at = 0; at < sections.length; at += 3) {
      const [kind = '', exitCode, rows = ''] = sections.slice(at, at + 3)
      listed.push([kind, Number(exitCode), rows.match(/(?<=^ {2})[\w-]+(?= {2,}\S)/gm) ?? []])
    }
    const kinds = Object.entries(reasons) as [ErrorKind, readonly string[]][]
    const expected = kinds.map(([kind, words]) => [kind, exitCodes[kind], [...words]])
    expect(listed).toEqual(expected.filter(([, , words]) => (words as string[]).length > 0))
  })

  it('has one list, in which no word stands twice or is a kind', () => {
    const words: string[] = Object.values(reasons).flat()
    expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([])
    expect(words.filter((word) => word in exitCodes)).toEqual([])
  })

  it.each([
    [['mkdri'], 'unknown-command'],
    [['mkdir', '--acount', 'x', '/', 'x'], 'unknown-option'],
    [['mkdir'], 'missing-argument'],
    [['mkdir', '/', 'x', '--account'], 'missing-argument'],
    [['store', 'move'], 'missing-argument'],
    [['mkdir', '-0', '/', 'x'], 'missing-argument'],
    [['status', 'extra'], 'unexpected-argument'],
    [['mkdir', '--on-conflict', 'no', '/', 'x'], 'invalid-value'],
    [['mkdir', '--parents=yes', '/', 'x'], 'invalid-value'],
    [['config', 'lst'], 'invalid-value'],
    [['login', '--device', '--no-browser'], 'conflicting-options'],
    [['status'], 'not-linked'],
  ])('lists the reason that %j gives with --json: %s', async (args, reason) => {
    const { stderr } = await odLink([...args.slice(0, 1), '--json', ...args.slice(1)])
    expect(jsonError(stderr).reason).toBe(reason)
    expect(Object.values(reasons).flat()).toContain(reason)
  })
})

it('od-link help scripts has the fields of an error in their order', async () => {
  const { stdout } = await odLink(['help', 'scripts'])
  const [, listed = ''] = /\{"error": \{([^}]*)\}\}/.exec(stdout.replace(/\s+/g, ' ')) ?? []
  expect(listed.match(/\w+/g)).toEqual(errorFields)
  const { stderr } = await odLink(['mkdir', '--json'])
  const given = Object.keys(JSON.parse(stderr).error)
  expect(given).toEqual(errorFields.filter((field) => given.includes(field)))
  expect(given).toContain('reason')
})
