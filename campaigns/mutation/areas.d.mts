/** An area of the program that is mutated on its own. */
export interface Area {
  folder: string
  /** The sources to change, as paths or patterns. */
  mutate: string[]
  /** The test files that have to notice. */
  tests: string[]
  /** Tests that would take longer than all others together. */
  without?: RegExp
}

export const artifacts: string
export const areas: Record<string, Area>
