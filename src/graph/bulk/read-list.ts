import { OdLinkError } from '../../errors.ts'
import { type DrivePath, pathBelow } from '../path.ts'
import { readLines, type Separator } from './lines.ts'
import { FolderTree } from './tree.ts'

/** How many bad lines are told one by one. */
const mostTold = 20

/** The lines that cannot be folders; the message has the first of them, each with its number. */
export class BadLines extends OdLinkError {
  readonly #told: readonly string[]
  readonly #sentence: string

  constructor(told: readonly string[], count: number, total: number) {
    const what = count === 1 ? 'One line' : `${count.toLocaleString('en')} lines`
    const sentence = `${what} of ${total.toLocaleString('en')} cannot be a folder, so nothing was done.`
    const more = count > told.length ? [`… and ${(count - told.length).toLocaleString('en')} more`] : []
    super('usage', [sentence, ...told, ...more].join(' '), { hint: 'Mend these lines, and run it again.' })
    this.#sentence = sentence
    this.#told = [...told, ...more]
  }

  /** Tells each line by itself. @returns the error that is left to be told. */
  inLines(tell: (line: string) => void): OdLinkError {
    for (const line of this.#told) tell(line)
    return new OdLinkError(this.kind, this.#sentence, { hint: this.hint })
  }
}

/**
 * Reads a list of paths below a parent into the tree of folders that it wants; every line is checked.
 * @throws BadLines
 */
export async function readWanted(
  source: AsyncIterable<Buffer>,
  separator: Separator,
  parent: DrivePath,
): Promise<FolderTree> {
  const tree = new FolderTree()
  const told: string[] = []
  let [bad, total] = [0, 0]
  await readLines(source, separator, (line) => {
    total += 1
    const flaw = 'flaw' in line ? line.flaw : take(tree, parent, line.text)
    if (flaw === undefined) return
    bad += 1
    if (told.length < mostTold) told.push(`line ${line.number}: ${flaw}`)
  })
  if (bad > 0) throw new BadLines(told, bad, total)
  return tree.close()
}

/** @returns what is wrong with the path. */
function take(tree: FolderTree, parent: DrivePath, text: string): string | undefined {
  try {
    tree.add(pathBelow(parent, text))
    return undefined
  } catch (error) {
    if (!(error instanceof OdLinkError && error.kind === 'usage')) throw error
    return error.message
  }
}
