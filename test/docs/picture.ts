import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startKeyring } from '../helpers/keychain/keyring.ts'
import { startSandbox } from '../helpers/microsoft/sandbox.ts'
import { node, program } from '../helpers/program/od-link.ts'
import { newWorld, plainBrowser, type World } from '../helpers/program/world.ts'
import { putProgram } from '../helpers/system/put-program.ts'

/** The picture of docs/README.md. */
export const pictureFile = new URL('../../docs/picture.svg', import.meta.url)

/** What is typed in the picture. */
const typed = [
  'od-link login',
  'od-link mkdir -p /Reports/2026',
  'od-link mkdir /Reports 2026 || echo "exit code $?"',
  'find . -type d -print0 | od-link mkdir -0 --from-file - /Backup > created.txt',
]

const columns = 92
const [rowHeight, margin, letterWidth] = [20, 20, 8.4]
const styles: Record<string, string> = { 1: 'bold', 2: 'dim', 31: 'red', 32: 'green', 33: 'yellow' }

/** Runs each line in a desktop's environment, with a real keyring, and draws the terminal as an SVG image. */
export async function pictureOfToday(): Promise<string> {
  const [sandbox, keyring] = await Promise.all([startSandbox(), startKeyring()])
  const world = newWorld(sandbox, keyring)
  try {
    prepare(world.dir)
    return draw(typed.map((line) => ({ line, output: asWithMicrosoft(run(line, world)) })))
  } finally {
    world.remove()
    await keyring.stop()
    await sandbox.stop()
  }
}

/** A home with od-link and a browser on the PATH, and a tree of folders to mirror. */
function prepare(home: string): void {
  for (let year = 2016; year < 2026; year += 1)
    for (let letter = 1; letter <= 100; letter += 1)
      mkdirSync(join(home, 'tree', `${year}`, `Letter ${letter}`), { recursive: true })
  mkdirSync(join(home, 'bin'))
  const onThePath = (name: string, command: string) => {
    putProgram(join(home, 'bin', name), `exec ${command} "$@"`)
  }
  onThePath('od-link', `'${node}' '${program}'`)
  onThePath('xdg-open', plainBrowser)
}

/** What a person sees: stdout and stderr in order. */
function run(line: string, { dir, env }: World): string {
  return execFileSync('sh', ['-c', `( ${line} ) 2>&1`], {
    cwd: join(dir, 'tree'),
    encoding: 'utf8',
    env: {
      ...env,
      PATH: `${join(dir, 'bin')}:/usr/local/bin:/usr/bin:/bin`,
      DISPLAY: ':0',
      OD_LINK_BROWSER: '',
      FORCE_COLOR: '1',
    },
  })
}

/** What a person sees: Microsoft's own address, no line about another server, and none that only a slow machine shows. */
function asWithMicrosoft(output: string): string {
  return output
    .replace(
      /^(This link only works with|Waiting for another process|The browser has started|\S+ folders ·).*\n/gm,
      '',
    )
    .replace(/http:\/\/localhost:\d+\/common/, 'https://login.microsoftonline.com/common')
}

function draw(steps: { line: string; output: string }[]): string {
  const rows = steps.flatMap(({ line, output }, at) => [
    ...(at > 0 ? [''] : []),
    `\u001b[2m$\u001b[22m \u001b[1m${line}\u001b[22m`,
    ...output.split('\n').filter((row) => row.trim() !== ''),
  ])
  const width = Math.ceil(columns * letterWidth + 2 * margin)
  const height = rows.length * rowHeight + 2 * margin
  const texts = rows.flatMap((row, at) =>
    row === '' ? [] : [`<text x="${margin}" y="${margin + at * rowHeight + 14}">${spans(row)}</text>`],
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img">
<title>od-link in a terminal: a login, two folders, a name that is taken, and a tree mirrored in one pipe</title>
<style>
rect { fill: #fbfbfa; stroke: #d8d8d4 }
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace }
text { white-space: pre; fill: #24292f }
.bold { font-weight: 600 } .dim { fill: #6a737d }
.red { fill: #b3261e } .green { fill: #1a7f37 } .yellow { fill: #8a5a00 }
@media (prefers-color-scheme: dark) {
  rect { fill: #16181c; stroke: #33373d }
  text { fill: #e3e5e8 } .dim { fill: #9aa2ab }
  .red { fill: #ff8a80 } .green { fill: #6fdc8c } .yellow { fill: #e6c068 }
}
</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${texts.join('\n')}
</svg>
`
}

/** One row, cut at the window's width, with styles as elements. */
function spans(row: string): string {
  let [style, left, svg]: [string | undefined, number, string] = [undefined, columns, '']
  for (const [, code, text = ''] of row.matchAll(/\u001b\[(\d+)m|([^\u001b]+)/g)) {
    if (code) style = styles[code]
    const shown = text.length > left ? `${text.slice(0, Math.max(0, left - 1))}…` : text
    if (shown && left > 0) svg += style ? `<tspan class="${style}">${escaped(shown)}</tspan>` : escaped(shown)
    left -= text.length
  }
  return svg
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
