import type { Linked } from './linked.ts'
import type { World } from './world.ts'

/** A list as `--from-file -` reads it. */
export const listOf = (paths: readonly string[], end = '\n') => paths.map((path) => path + end).join('')

/** Runs `od-link mkdir --from-file -` with a list to its end. */
export async function makeMany(world: World, paths: readonly string[], ...flags: string[]) {
  const outcome = await world.run(['mkdir', '--from-file', '-', ...flags], { input: listOf(paths) })
  return { ...outcome, lines: outcome.stdout.split('\n').slice(0, -1) }
}

/** The same with `--json`: an object a folder or a line that was left out, and the summary. */
export async function makeManyInJson(world: World, paths: readonly string[], ...flags: string[]) {
  const { lines, ...outcome } = await makeMany(world, paths, '--json', ...flags)
  const objects = lines.map((line) => JSON.parse(line))
  const results = objects.slice(0, -1)
  const isInvalid = ({ status }: { status: string }) => status === 'invalid'
  return {
    ...outcome,
    folders: results.filter((one) => !isInvalid(one)),
    invalid: results.filter(isInvalid),
    summary: objects.at(-1)?.summary,
  }
}

/** Some parents with some children each, parents not among them. */
export const treeOf = (top: string, parents: number, children: number) =>
  Array.from({ length: parents * children }, (_, n) => `${top}/p${Math.floor(n / children)}/c${n}`)

/** The given paths and every folder on the way to them, in order. */
export function withParents(paths: readonly string[]): string[] {
  const all = paths.flatMap((path) => {
    const names = path.split('/').filter(Boolean)
    return names.map((_, depth) => `/${names.slice(0, depth + 1).join('/')}`)
  })
  return [...new Set(all)].sort()
}

/** What is in the drive below a folder, itself included, in order. */
export async function below(at: Linked, top: string): Promise<string[]> {
  const all = await at.drive()
  return all.filter((path) => path === top || path.startsWith(`${top}/`)).sort()
}

/** What was asked of Graph: exchanges on the wire, and requests in batches. */
export async function asked(at: Linked) {
  const seen = (await at.requests('graph')) as {
    inBatch?: true
    method: string
    path: string
    status: unknown
  }[]
  return { exchanges: seen.filter((one) => !one.inBatch), inner: seen.filter((one) => one.inBatch) }
}
