import { describe, expect, it } from 'vitest'
import { isTrueAnswer } from '../../src/signin/authorization-response.ts'

describe('the true answer of the authorize page', () => {
  const expected = {
    state: 'our-state',
    isFromAuthority: (answer: URLSearchParams) => !answer.has('stranger'),
  }
  it.each([
    ['state=our-state&code=x', true],
    ['state=our-state&error=access_denied', true],
    ['state=our-state&code=x&session_state=y', true],
    ['code=x', false],
    ['state=&code=x', false],
    ['state=our-stat&code=x', false],
    ['state=our-statE&code=x', false],
    ['state=our-state&state=our-state&code=x', false],
    ['state=our-state', false],
    ['state=our-state&code=', false],
    ['state=our-state&error=', false],
    ['state=our-state&code=x&code=y', false],
    ['state=our-state&code=x&error=y', false],
    ['state=our-state&code=x&stranger', false],
    ['state=our-state&code=x&access_token=y', false],
    ['state=our-state&code=x&id_token=y', false],
    ['state=our-state&code=x&token=y', false],
    ['state=our-state&code=x&response=y', false],
  ])('%s: %s', (query, is) => {
    expect(isTrueAnswer(new URLSearchParams(query), expected)).toBe(is)
  })
})
