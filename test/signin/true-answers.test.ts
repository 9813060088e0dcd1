import { describe, expect, it } from 'vitest'
import { isTrueAnswer } from '../../src/signin/callback.ts'

describe('what comes back from the browser', () => {
  const expected = { state: 'our-state', isFromAuthority: () => true }
  const isTrue = (text: string) => isTrueAnswer(new URLSearchParams(text), expected)

  it.each([
    'code=x&state=our-state',
    'error=access_denied&error_description=No&state=our-state',
    'code=x&state=our-state&session_state=y&client_info=z',
  ])('is an answer to this sign-in: %s', (text) => {
    expect(isTrue(text)).toBe(true)
  })

  it.each([
    'code=x&state=our-state&access_token=y',
    'code=x&state=our-state&id_token=y',
    'code=x&state=our-state&token=y',
    'code=x&state=our-state&response=y',
    'id_token=y&token=y&response=y&access_token=y&code=x&state=our-state',
    'code=x',
    'code=x&state=',
    'code=x&state=our-stat',
    'code=&state=our-state',
    'code=x&error=y&state=our-state',
    'code=x&state=our-state&more=1&more=1',
  ])('is none: %s', (text) => {
    expect(isTrue(text)).toBe(false)
  })
})
