/** How a shell asks for candidates and receives them. */
export interface Shell {
  /** The script that the person installs; it only calls `od-link __complete SHELL …`. */
  script: string
  /** The words after `od-link`, without quotes, the one at the cursor last, from the arguments that the script passes. */
  read: (asked: readonly string[]) => string[]
  /** The lines that the script reads. */
  write: (candidates: Candidate[], asked: readonly string[]) => string[]
  /** The lines that mean "complete files"; most shells only need the word `files`. */
  files?: () => string[]
}

/** A word to offer at the cursor. After one that ends in / = or : the shell adds no space. */
export interface Candidate {
  word: string
  about?: string
}
