import { expect } from 'vitest'

/** What a thrown usage error has to look like, for `toThrow` and `toEqual`. */
export function usageError(message: string | RegExp, hint?: string | RegExp) {
  return expect.objectContaining({
    kind: 'usage',
    message: expect.stringMatching(message),
    ...(hint === undefined ? {} : { hint: expect.stringMatching(hint) }),
  })
}
