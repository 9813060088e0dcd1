import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { putProgram } from '../system/put-program.ts'

/** A browser that records how it was started, and then follows the URL as any browser does. */
export interface SpyBrowser {
  /** The command that starts it. */
  command: string
  opened: () => boolean
  /** What it was given: the arguments, and every byte of its environment. */
  seen: () => { args: string[]; environment: string }
}

/** @param dir where its program and its notes are; a name keeps two apart. */
export function spyBrowser(dir: string, name = 'spy-browser'): SpyBrowser {
  const [command, notes] = [join(dir, name), join(dir, `${name}.notes`)]
  const script = `const [notes, ...args] = process.argv.slice(2)
const draft = notes + '.draft'
const fs = require('fs')
const own = '/proc/self/environ'
const environment = fs.existsSync(own) ? fs.readFileSync(own, 'latin1') : JSON.stringify(process.env)
fs.writeFileSync(draft, JSON.stringify({ args, environment }))
fs.renameSync(draft, notes)
fetch(args.at(-1)).then((answer) => answer.text())`
  writeFileSync(`${command}.cjs`, script)
  putProgram(command, `exec '${process.execPath}' '${command}.cjs' '${notes}' "$@"`)
  return {
    command,
    opened: () => existsSync(notes),
    seen: () => JSON.parse(readFileSync(notes, 'utf8')),
  }
}
