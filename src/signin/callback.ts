import { timingSafeEqual } from 'node:crypto'

/** What tells the true answer of the authorize page from noise, however it comes back. */
export interface Expected {
  state: string
  /** What else must be true of the answer. */
  isFromAuthority: (answer: URLSearchParams) => boolean
}

/**
 * One state, and it is ours; one code or one error, not empty. An error without our state is a stranger's and
 * ends nothing (RFC 6749 section 4.1.2.1 sends the state with it).
 */
export function isTrueAnswer(parameters: URLSearchParams, { state, isFromAuthority }: Expected): boolean {
  const [ownState, ...otherStates] = parameters.getAll('state')
  const outcomes = [...parameters.getAll('code'), ...parameters.getAll('error')]
  return (
    ownState !== undefined &&
    otherStates.length === 0 &&
    isSameSecret(ownState, state) &&
    outcomes.length === 1 &&
    outcomes[0] !== '' &&
    isFromAuthority(parameters)
  )
}

function isSameSecret(given: string, secret: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)]
  return a.length === b.length && timingSafeEqual(a, b)
}
