import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { node, program } from '../helpers/program/od-link.ts'
import { putProgram } from '../helpers/system/put-program.ts'

const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
const page = read('recipes.md')

/** A file from docs/recipes.md, unchanged. @param name the word after the language of its code block. */
export function recipe(name: string): string {
  return fileIn('recipes.md', name)
}

/** A file from a page of docs/, without the indentation of a list. */
export function fileIn(pageName: string, name: string): string {
  const escaped = name.replaceAll('.', '\\.')
  const block = new RegExp(`^( *)\`\`\`\\w+ ${escaped}\\n(.*?)^\\1\`\`\`$`, 'ms').exec(read(pageName))
  if (!block) throw new Error(`docs/${pageName} has no file ${name}`)
  const [, indent = '', text = ''] = block
  return text.replaceAll(new RegExp(`^${indent}`, 'gm'), '')
}

/** The names of all files there. */
export const recipes = [...page.matchAll(/^```\w+ (\S+)$/gm)].map(([, name = '']) => name)

/**
 * Runs a script from a page of docs/ as cron does: with few variables, and od-link on the PATH.
 * @param folder where the script is put.
 * @param env of the world whose link it uses. @returns its standard output.
 */
export async function runAsCron(
  folder: string,
  { page, name, args = [] }: { page: string; name: string; args?: string[] },
  { OD_LINK_CONFIG_DIR, HOME }: NodeJS.ProcessEnv,
): Promise<string> {
  writeFileSync(join(folder, name), fileIn(page, name), { mode: 0o755 })
  putProgram(join(folder, 'od-link'), `exec '${node}' '${program}' "$@"`)
  const env = { PATH: `${folder}${delimiter}/usr/bin${delimiter}/bin`, OD_LINK_CONFIG_DIR, HOME }
  return (await promisify(execFile)(join(folder, name), args, { env })).stdout
}
