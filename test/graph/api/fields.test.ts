import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bodyOf, queryOf, readFields } from '../../../src/graph/api/fields.ts'
import { told } from '../../helpers/program/told.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'od-link-test-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('fields', () => {
  const body = (texts: string[], typed: string[] = []) => JSON.stringify(bodyOf(readFields(texts, typed)))

  it.each<[texts: string[], typed: string[], json: string]>([
    [['name=Reports'], [], '{"name":"Reports"}'],
    [['a=b=c'], [], '{"a":"b=c"}'],
    [['a='], [], '{"a":""}'],
    [['a=1\n2'], [], '{"a":"1\\n2"}'],
    [['a=1'], ['b=1', 'c=true', 'd=null', 'e={"x": [1]}'], '{"a":"1","b":1,"c":true,"d":null,"e":{"x":[1]}}'],
    [['a=1', 'a=2'], [], '{"a":"2"}'],
    [['a[b]=1', 'a[c][d]=2'], [], '{"a":{"b":"1","c":{"d":"2"}}}'],
    [['a[]=1', 'a[]=2'], [], '{"a":["1","2"]}'],
    [['a[][b]=1', 'a[][b]=2'], [], '{"a":[{"b":"1"},{"b":"2"}]}'],
    [['__proto__[x]=1'], [], '{"__proto__":{"x":"1"}}'],
  ])('%j and %j are the body %s', (texts, typed, json) => {
    expect(body(texts, typed)).toBe(json)
  })

  it('can take the text of a file in UTF-16, or with a byte order mark', () => {
    const file = join(dir, 'text')
    writeFileSync(file, '\ufeffBücher', 'utf16le')
    expect(body([], [`a=@${file}`])).toBe('{"a":"Bücher"}')
    writeFileSync(file, '\ufeffBücher')
    expect(body([], [`a=@${file}`])).toBe('{"a":"Bücher"}')
    writeFileSync(file, 'Bücher', 'utf16le')
    expect(told(() => readFields([], [`a=@${file}`]))).toBe(
      `usage: "${file}" is UTF-16 without a byte order mark. | Save it as UTF-8. In PowerShell: … | Out-File -Encoding utf8 FILE`,
    )
  })

  it('can take the text of a file', () => {
    const file = join(dir, 'text')
    writeFileSync(file, 'from a file\n')
    expect(body([], [`a=@${file}`])).toBe('{"a":"from a file\\n"}')
    expect(body([`a=@${file}`])).toBe(JSON.stringify({ a: `@${file}` }))
    expect(told(() => readFields([], ['a=@/nowhere/at/all']))).toBe(
      'usage: "/nowhere/at/all" cannot be read (no such file). | Name a file that can be read, or - for standard input.',
    )
  })

  it.each(['name', '=x', '[a]=x', 'a[b=x', 'a]=x', 'a[b]c=x'])('%j is invalid', (text) => {
    expect(told(() => readFields([text], []))).toBe(
      `usage: -f takes key=value, not "${text}". | -f name=Reports\n(below another key: -f item[name]=Reports; in a list: -f names[]=Reports)`,
    )
    expect(told(() => readFields([], [text]))).toContain(`-F takes key=value, not "${text}"`)
  })

  it('that should be JSON and are not are reported, with the option for text', () => {
    expect(told(() => readFields([], ['a=yes']))).toBe(
      `usage: The value of -F a is not valid JSON: yes | For text: -f a=yes\n(-F takes true, 12, null, {"a": 1} or @FILE)`,
    )
    expect(told(() => readFields([], ["a=it's"]))).toContain(` | For text: -f 'a=it'\\''s'\n(-F takes`)
  })

  it.each([
    [['a=1', 'a[b]=2'], 'a[b]'],
    [['a[b]=1', 'a[]=2'], 'a[]'],
    [['a[]=1', 'a[b]=2'], 'a[b]'],
    [['a[b]=1', 'a[b][c]=2'], 'a[b][c]'],
  ])('%j contradict each other', (texts, key) => {
    expect(told(() => bodyOf(readFields(texts, [])))).toBe(
      `usage: The field ${key} contradicts an earlier one. | A key has one value, a list (key[]=…), or more keys (key[name]=…).`,
    )
  })

  it('that are null have nothing below', () => {
    expect(told(() => body([], ['a=null', 'a[b]=1']))).toContain('The field a[b] contradicts')
    expect(told(() => body([], ['a[b]=null', 'a[b][]=1']))).toContain('The field a[b][] contradicts')
  })

  it('are a query, whose names may begin with $ and @', () => {
    expect(queryOf(readFields(['$top=3', '@x=a b&c', 'ä=$'], ['n=12', 'o={"a":1}']))).toBe(
      '$top=3&@x=a%20b%26c&%C3%A4=%24&n=12&o=%7B%22a%22%3A1%7D',
    )
    expect(queryOf([])).toBe('')
    expect(told(() => queryOf(readFields(['a[b]=1'], [])))).toBe(
      'usage: A query cannot have nested keys such as a[b]. | For a body, choose the method: -X POST or -X PATCH',
    )
  })
})
