import { OdLinkError } from '../../errors.ts'
import { fail } from '../../terminal/index.ts'

/** For commands that go on after a failure, since the next piece of work does not depend on it. */
export function collectFailures() {
  const failures: OdLinkError[] = []
  return {
    /** Does a piece of work; what it throws is kept, unless it is a fault of od-link's own. */
    async attempt(work: () => Promise<void>): Promise<void> {
      try {
        await work()
      } catch (error) {
        if (!(error instanceof OdLinkError)) throw error
        failures.push(error)
      }
    },
    /** Tells all failures; in JSON the first, since an error is one object. @returns its exit code, 0 without one. */
    report(json: boolean): number {
      const codes = (json ? failures.slice(0, 1) : failures).map((error) => fail(error, json))
      return codes[0] ?? 0
    },
    get hasFailed() {
      return failures.length > 0
    },
  }
}
