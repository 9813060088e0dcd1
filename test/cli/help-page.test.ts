import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { version } from '../../package.json'
import type { Command } from '../../src/cli/command.ts'
import { topics as topicDescriptions } from '../../src/commands/help/topics.ts'
import { commands as descriptions } from '../../src/commands/index.ts'
import { odLink } from '../helpers/program/od-link.ts'
import { hasTerminal, odLinkWord, startInTerminal } from '../helpers/terminal/terminal.ts'

const commands = Object.keys(descriptions)
const topics = Object.keys(topicDescriptions)
// Read before a test runs: the snapshot of a new page is written by the test that finds none.
const pages = readdirSync(new URL('help/', import.meta.url))
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
    expect(pages.toSorted()).toEqual([...commands, ...topics, 'od-link'].map((name) => `${name}.txt`).sort())
  })

  it.each([
    ['exit-code', 'exit-codes'],
    ['mkdri', 'mkdir'],
    ['rename', 'mv'],
    ['sl', 'ls'],
  ])('on %s, which does not exist, names the nearest: %s', async (typed, near) => {
    const { code, stdout, stderr } = await odLink(['help', typed])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toBe(`od-link: There is no command or topic "${typed}".\n  next: od-link help ${near}\n`)
  })

  it('on a word that is far from all names none', async () => {
    expect((await odLink(['help', 'me'])).stderr).toMatch(/next: od-link help\n$/)
  })

  it.each([
    [['-h'], 'od-link'],
    [['help'], 'od-link'],
    [['mkdir', '-h'], 'mkdir'],
    [['help', 'mkdir'], 'mkdir'],
    [['mkdir', '/', 'x', '--help'], 'mkdir'],
    [['mkdir', '-ph'], 'mkdir'],
    [['--help', 'mkdir'], 'mkdir'],
    [['--json', 'status', '--help'], 'status'],
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

describe('the overview', () => {
  it('has every command under a heading', async () => {
    const { stdout } = await odLink(['--help'])
    const headings = ['Link', 'Folders and files', 'Trouble', 'Settings', 'Try it']
    const places = headings.map((heading) => stdout.indexOf(`\n${heading}:\n`))
    expect(places.every((place) => place > 0)).toBe(true)
    expect(places).toEqual(places.toSorted((one, other) => one - other))
    const verbs = Object.entries<Command>(descriptions)
    for (const heading of headings) {
      const [, listed = ''] = new RegExp(`\\n${heading}:\\n([\\s\\S]*?)\\n\\n`).exec(stdout) ?? []
      const names = verbs.filter(([, { group }]) => group === heading).map(([name]) => name)
      expect(listed.match(/(?<=^ {2})\w+/gm)).toEqual(names)
    }
  })
})

describe.runIf(hasTerminal())('the help in a terminal', () => {
  const bold = (title: string) => `\u001b[1m${title}\u001b[22m`

  async function screen(columns: number, args: string, env: NodeJS.ProcessEnv = {}) {
    const terminal = startInTerminal(`stty cols ${columns}; ${odLinkWord} ${args}`, env)
    const { code, shown } = await terminal.ended
    expect(code).toBe(0)
    return { shown, raw: terminal.raw() }
  }

  it.each(['--help', 'mkdir --help', 'help mkdir'])('od-link %s has bold titles', async (args) => {
    const { raw } = await screen(80, args)
    for (const title of ['Usage:', 'Options:', 'Examples:']) expect(raw).toContain(bold(title))
    expect(raw.split('\u001b[1m').length - 1).toBe(raw.split('\u001b[22m').length - 1)
  })

  it('has none where colours are off', async () => {
    expect((await screen(80, 'mkdir --help', { NO_COLOR: '1' })).raw).not.toMatch(/\u001b\[\d*m/)
  })

  it.each(['mkdir --help', 'help environment', 'help scripts'])(
    'od-link %s is wrapped at the width of the terminal',
    async (args) => {
      const longest = async (columns: number) => {
        const lines = (await screen(columns, args)).shown.split('\n')
        // What is to be pasted is never broken.
        const prose = lines.filter((line) => !/^ +(\$|od-link|export|mail|\d\))|^Usage/.test(line))
        return Math.max(...prose.map(({ length }) => length))
      }
      expect(await longest(100)).toBeGreaterThan(80)
      expect(await longest(100)).toBeLessThanOrEqual(100)
      expect(await longest(74)).toBeLessThanOrEqual(74)
    },
  )
})

describe('the version', () => {
  it.each(['--version', '-V'])('is all that %s prints', async (flag) => {
    const { code, stdout, stderr } = await odLink([flag])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })
})
