import { OdLinkError } from '../../errors.ts'

/** The names that the things of one command get in a folder. */
export interface Names {
  /**
   * Notes that something gets a name.
   * @param from what it is, as the person typed it.
   * @throws OdLinkError (taken) when an earlier one has it: as with `cp`, it is not replaced by the next one.
   */
  claim: (name: string, from: string) => void
  /** Whether a name was claimed. */
  has: (name: string) => boolean
}

/** @param fold what all spellings of one name have in common, in the folder that they go to. */
export function startNames(fold: (name: string) => string): Names {
  const owners = new Map<string, string>()
  return {
    has: (name) => owners.has(fold(name)),
    claim(name, from) {
      const owner = owners.get(fold(name))
      if (owner !== undefined) throw sameName(from, owner)
      owners.set(fold(name), from)
    },
  }
}

function sameName(from: string, owner: string): OdLinkError {
  const message =
    from === owner ? `"${from}" was named twice.` : `"${from}" would get the same name as "${owner}".`
  return new OdLinkError('taken', message, {
    reason: 'name-taken',
    next: [
      { intro: 'To keep both:', flags: { 'on-conflict': 'rename' } },
      'Or give each a folder or a name of its own.',
    ],
  })
}
