import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { useLinked } from '../../helpers/program/linked.ts'
import { hasRealPart } from '../../helpers/system/real-part.ts'
import { foldersSeen, type InteractiveShell, startShell } from '../../helpers/terminal/shell.ts'
import { hasTerminal } from '../../helpers/terminal/terminal.ts'

/** The ways to install the completion that the script describes; the last line of `start` runs the shell. */
const shells = [
  {
    name: 'bash, by a line of ~/.bashrc',
    program: 'bash',
    file: 'bashrc',
    setUp: 'source <(od-link completion bash)\n',
    start: (dir: string) => `bash --noprofile --rcfile ${dir}/bashrc -i`,
  },
  {
    name: 'bash, with the package bash-completion',
    program: 'bash',
    isSecondWay: true,
    file: 'bashrc-with-package',
    setUp:
      'source /usr/share/bash-completion/bash_completion\n' +
      'mkdir -p ~/.local/share/bash-completion/completions\n' +
      'od-link completion bash > ~/.local/share/bash-completion/completions/od-link\n',
    start: (dir: string) => `bash --noprofile --rcfile ${dir}/bashrc-with-package -i`,
  },
  {
    name: 'zsh, by a line of ~/.zshrc',
    program: 'zsh',
    file: 'zsh/.zshrc',
    setUp: 'autoload -U compinit && compinit -u -D\nsource <(od-link completion zsh)\n',
    start: (dir: string) => `env ZDOTDIR=${dir}/zsh zsh -i`,
  },
  {
    name: 'zsh, by a file in $fpath',
    program: 'zsh',
    isSecondWay: true,
    file: 'zsh-fpath/.zshrc',
    setUp:
      'fpath=($ZDOTDIR/functions $fpath); mkdir -p $fpath[1]\n' +
      'od-link completion zsh > "$' +
      '{fpath[1]}/_od-link"\n' +
      'autoload -U compinit && compinit -u -D\n',
    start: (dir: string) => `env ZDOTDIR=${dir}/zsh-fpath zsh -i`,
  },
  {
    name: 'fish',
    program: 'fish',
    file: '.config/fish/config.fish',
    setUp:
      'set -g fish_greeting\nmkdir -p ~/.config/fish/completions\n' +
      'od-link completion fish > ~/.config/fish/completions/od-link.fish\n',
    start: () => 'fish -i',
  },
].filter(({ program }) => hasTerminal() && hasRealPart(program, `its completion in a terminal`))

/** What is typed, and the arguments that od-link gets after Tab. */
const words: [line: string, args: string[]][] = [
  ['od-link mk', ['mkdir']],
  ['od-link mkdir --on-c', ['mkdir', '--on-conflict']],
  ['od-link mkdir --on-conflict ren', ['mkdir', '--on-conflict', 'rename']],
  ['od-link mkdir --on-conflict=ren', ['mkdir', '--on-conflict=rename']],
  ['od-link help exi', ['help', 'exit-codes']],
  ['od-link use ada', ['use', 'ada@contoso.example']],
  ['od-link use ada@con', ['use', 'ada@contoso.example']],
  ['od-link status --account=ada@con', ['status', '--account=ada@contoso.example']],
  ['od-link mkdir --from-file some', ['mkdir', '--from-file', 'some list.txt']],
  ['od-link mkdir --from-file=some', ['mkdir', '--from-file=some list.txt']],
]

/** The part of a path that is typed, and the folder after Tab. */
const folders: [typed: string, folder: string][] = [
  ['/Inv', '/Invoices/'],
  ['/inv', '/Invoices/'],
  ['Inv', 'Invoices/'],
  ['/My\\ F', '/My Folder/'],
  ['/My', '/My Folder/'],
  ["'/My F", '/My Folder/'],
  ['"/My F', '/My Folder/'],
  ['/a=b', '/a=b@c,d/'],
  ['"/a=b@', '/a=b@c,d/'],
  ['/Är', '/Ärger & Überfluß/'],
  ['"/Är', '/Ärger & Überfluß/'],
  ['"/ti', '/tick`$(id)`/'],
  ['/ti', '/tick`$(id)`/'],
  ["'/ti", '/tick`$(id)`/'],
]

describe.each(shells)('in $name', ({ program, file, setUp, start, isSecondWay }) => {
  const at = useLinked()
  let shell: InteractiveShell

  beforeAll(async () => {
    for (const name of ['Invoices', 'My Folder', 'a=b@c,d', 'Ärger & Überfluß', 'tick`$(id)`'])
      await at.graph('POST', '/me/drive/root/children', { name, folder: {} })
    await at.graph('POST', '/me/drive/root:/Invoices:/children', { name: 'Été à Paris', folder: {} })
    await at.putFile('/Invoices/report 1.pdf')
    await at.world.run(['drive', 'add', 'team', '/Invoices'])
    for (const path of ['/', '/Invoices/', 'team:/']) await foldersSeen(at.world, path)
    const { dir } = at.world
    mkdirSync(join(dir, file, '..'), { recursive: true })
    writeFileSync(join(dir, file), setUp)
    writeFileSync(join(dir, 'some list.txt'), '/a\n')
    shell = startShell(at.world, `sh -c 'cd ${dir} && exec ${start(dir)}'`)
  })
  afterAll(() => shell?.exit())

  /**
   * Keeps the cached folders fresh, however slow this machine is: the limit of a second is not tested here.
   */
  const keepInMind = () => {
    const file = join(String(at.world.env.OD_LINK_CONFIG_DIR), 'completion.json')
    const seen: Record<string, { at: number }> = JSON.parse(readFileSync(file, 'utf8'))
    for (const one of Object.values(seen)) one.at = Date.now()
    writeFileSync(file, JSON.stringify(seen))
  }

  it.each(isSecondWay ? words.slice(0, 3) : words)('%s<Tab> is %j', async (line, args) => {
    expect(await shell.completed(line)).toEqual(args)
  })

  it.each(isSecondWay ? folders.slice(0, 1) : folders)(
    'od-link mkdir %s<Tab> is the folder %s of the drive',
    async (typed, folder) => {
      keepInMind()
      // Bash closes quotes itself.
      const quote = program === 'bash' ? '' : (/^["']/.exec(typed)?.[0] ?? '')
      expect(await shell.completed(`od-link mkdir ${typed}`, quote)).toEqual(['mkdir', folder])
    },
  )

  it('a folder in a folder is completed', async () => {
    keepInMind()
    expect(await shell.completed('od-link mkdir /Invoices/É')).toEqual(['mkdir', '/Invoices/Été à Paris/'])
  })

  it.skipIf(isSecondWay)('files are completed here and in the drive, and saved drives', async () => {
    const typed: [line: string, args: string[]][] = [
      ['od-link download /Invoices/re', ['download', '/Invoices/report 1.pdf']],
      ['od-link download team:/re', ['download', 'team:/report 1.pdf']],
      ['od-link mkdir team:/É', ['mkdir', 'team:/Été à Paris/']],
      ['od-link ls tea', ['ls', 'team:/']],
      ['od-link upload some', ['upload', 'some list.txt']],
      ['od-link upload some\\ list.txt team:/É', ['upload', 'some list.txt', 'team:/Été à Paris/']],
    ]
    for (const [line, args] of typed) {
      keepInMind()
      expect(await shell.completed(line)).toEqual(args)
    }
  })

  it('candidates are listed, with descriptions where the shell supports them', async () => {
    const meaning = program === 'bash' ? /login[\s\S]*logout/ : /login +\(?link a OneDrive/
    await shell.offered('od-link lo', meaning)
  })
})
