import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { version } from '../../package.json'
import { odLink } from '../helpers/program/od-link.ts'

const commands = [
  'setup',
  'login',
  'logout',
  'status',
  'use',
  'token',
  'mkdir',
  'api',
  'config',
  'store',
  'doctor',
  'explain',
  'sandbox',
  'demo',
  'completion',
  'help',
]
const topics = ['exit-codes', 'environment', 'scripts']
const snapshot = (name: string) => fileURLToPath(new URL(`help/${name}.txt`, import.meta.url))

describe('the help', () => {
  it('of the program names every command, and what the exit codes mean', async () => {
    const { code, stdout, stderr } = await odLink(['--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^ +${command} `, 'm'))
    for (const exitCode of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 130]) {
      expect(stdout).toMatch(new RegExp(`\\b${exitCode} \\w`))
    }
    await expect(stdout).toMatchFileSnapshot(snapshot('od-link'))
  })

  it.each(commands)('of %s says what it does, with examples', async (command) => {
    const { code, stdout, stderr } = await odLink([command, '--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^\S.*\.\n/)
    expect(stdout).toContain(`od-link ${command}`)
    expect(stdout).toMatch(/^Examples:\n {2}\$ /m)
    expect(stdout).not.toMatch(/ \n|\t|\u001b|undefined|(?<!--)null/)
    await expect(stdout).toMatchFileSnapshot(snapshot(command))
  })

  it.each(topics)('on %s is the same everywhere', async (topic) => {
    const { code, stdout, stderr } = await odLink(['help', topic])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).not.toMatch(/ \n|\t|\u001b|undefined/)
    await expect(stdout).toMatchFileSnapshot(snapshot(topic))
  })

  it('has a page for every command and topic that there is, and no other', () => {
    const pages = readdirSync(new URL('help/', import.meta.url)).sort()
    expect(pages).toEqual([...commands, ...topics, 'od-link'].map((name) => `${name}.txt`).sort())
  })

  it.each([
    ['exit-code', 'exit-codes'],
    ['mkdri', 'mkdir'],
  ])('on %s, which there is not, names the nearest: %s', async (typed, near) => {
    const { code, stdout, stderr } = await odLink(['help', typed])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toBe(`od-link: There is no help on "${typed}".\n  next: od-link help ${near}\n`)
  })

  it.each([
    [['-h'], 'od-link'],
    [[], 'od-link'],
    [['help'], 'od-link'],
    [['mkdir', '-h'], 'mkdir'],
    [['help', 'mkdir'], 'mkdir'],
    [['mkdir', '/', 'x', '--help'], 'mkdir'],
  ])('is shown for %j', async (args, page) => {
    const { code, stdout } = await odLink(args)
    expect(code).toBe(0)
    await expect(stdout).toMatchFileSnapshot(snapshot(page))
  })

  it('of no command asks the network or a place of settings for anything', async () => {
    const env = { OD_LINK_CONFIG_DIR: '/dev/null/nowhere', OD_LINK_STORE: 'nonsense', HOME: '/nowhere' }
    expect((await odLink(['mkdir', '--help'], { env })).code).toBe(0)
  })

  it('fits a terminal of 80 columns', async () => {
    for (const args of [['--help'], ...[...commands, ...topics].map((name) => ['help', name])]) {
      const { stdout } = await odLink(args)
      const long = stdout.split('\n').filter((line) => line.length > 80)
      expect({ args, long }).toEqual({ args, long: [] })
    }
  })
})

describe('the version', () => {
  it.each(['--version', '-V'])('is printed alone by %s', async (flag) => {
    const { code, stdout, stderr } = await odLink([flag])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })
})
