/** How a shell asks for candidates, and is told. */
export interface Shell {
  /** What the person puts into the shell; it asks `od-link __complete SHELL …` and no more. */
  script: string
  /** The words after `od-link`, without quotes, the one at the cursor last, from what the script hands over. */
  read: (asked: readonly string[]) => string[]
  /** The lines that the script reads. */
  write: (candidates: Candidate[], asked: readonly string[]) => string[]
  /** The lines for "a file"; for most shells that word alone. */
  files?: () => string[]
}

/** A word that may stand at the cursor. One that ends in / or : goes on. */
export interface Candidate {
  word: string
  about?: string
}
