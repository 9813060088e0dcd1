import { timingSafeEqual } from 'node:crypto'

/** What distinguishes the true response of the authorize page from noise, however it comes back. */
export interface Expected {
  state: string
  /** What else must be true of the response. */
  isFromAuthority: (answer: URLSearchParams) => boolean
}

/** Parameters of other flows, whose response carries tokens or is signed as a whole. */
const ofOtherFlows = ['access_token', 'id_token', 'token', 'response']

/**
 * Our state; one code or one error, not empty; no parameter twice (RFC 6749 section 3.1). An error without our state comes
 * from someone else and ends nothing (section 4.1.2.1 sends the state with it).
 */
export function isTrueAnswer(parameters: URLSearchParams, { state, isFromAuthority }: Expected): boolean {
  const names = [...parameters.keys()]
  const outcomes = [parameters.get('code'), parameters.get('error')].filter((outcome) => outcome !== null)
  return (
    new Set(names).size === names.length &&
    !names.some((name) => ofOtherFlows.includes(name)) &&
    isSameSecret(parameters.get('state') ?? '', state) &&
    outcomes.length === 1 &&
    outcomes[0] !== '' &&
    isFromAuthority(parameters)
  )
}

function isSameSecret(given: string, secret: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)]
  return a.length === b.length && timingSafeEqual(a, b)
}
