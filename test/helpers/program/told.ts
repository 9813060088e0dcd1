import { OdLinkError } from '../../../src/errors.ts'

/** What an error tells: kind, sentence and next step in one text. */
export function told(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (!(error instanceof OdLinkError)) throw error
    return `${error.kind}: ${error.message} | ${error.hint}`
  }
  return 'nothing'
}
