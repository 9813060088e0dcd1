import { readFileSync } from 'node:fs'

const page = readFileSync(new URL('../../docs/recipes.md', import.meta.url), 'utf8')

/** A file from docs/recipes.md, unchanged. @param name the word after the language of its code block. */
export function recipe(name: string): string {
  const block = new RegExp(`^\`\`\`\\w+ ${name.replaceAll('.', '\\.')}\\n(.*?)^\`\`\`$`, 'ms').exec(page)?.[1]
  if (block === undefined) throw new Error(`docs/recipes.md has no file ${name}`)
  return block
}

/** The names of all files there. */
export const recipes = [...page.matchAll(/^```\w+ (\S+)$/gm)].map(([, name = '']) => name)
