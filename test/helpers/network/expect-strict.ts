import { expect } from 'vitest'
import type { RawAnswer } from './raw-http.ts'

/** What every answer of the listener carries, whatever was asked: nothing is kept, framed, sniffed or told on. */
export function expectStrictHeaders(headers: Record<string, string>): void {
  expect(headers).toMatchObject({
    'content-security-policy': expect.stringMatching(/^default-src 'none'(;|$)/),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  })
  expect(headers['content-security-policy']).not.toMatch(/unsafe|script-src|\*/)
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
}

/** A refusal says its status and nothing that it was told. */
export function expectRefusal(answer: RawAnswer, status: number | 'any', told: string[]): void {
  if (status === 'any') expect(answer.status.toString()).toMatch(/^4\d\d$/)
  else expect(answer.status).toBe(status)
  expectStrictHeaders(answer.headers)
  for (const text of told) expect(answer.text).not.toContain(text)
}
