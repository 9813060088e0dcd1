import { expect, it } from 'vitest'
import { inBytes } from '../../src/text/format.ts'

it.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [1023.4, '1023 bytes'],
  [1024, '1.0 KB'],
  [1024 ** 2 - 1, '1.0 MB'],
  [1.25 * 1024 ** 3, '1.3 GB'],
  [5 * 1024 ** 5, '5120.0 TB'],
])("%f bytes are told as OneDrive's pages tell them: %s", (bytes, words) => {
  expect(inBytes(bytes)).toBe(words)
})
