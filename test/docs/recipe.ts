import { readFileSync } from 'node:fs'

const page = readFileSync(new URL('../../docs/recipes.md', import.meta.url), 'utf8')

/** A file of the page of recipes, as it stands there. @param name the word behind the language of its block. */
export function recipe(name: string): string {
  const block = new RegExp(`^\`\`\`\\w+ ${name.replaceAll('.', '\\.')}\\n(.*?)^\`\`\`$`, 'ms').exec(page)?.[1]
  if (block === undefined) throw new Error(`docs/recipes.md has no file ${name}`)
  return block
}

/** The names of all its files. */
export const recipes = [...page.matchAll(/^```\w+ (\S+)$/gm)].map(([, name = '']) => name)
