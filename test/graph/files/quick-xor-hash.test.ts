import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { quickXorHash as simulated } from '../../../sandbox/graph/hashes.ts'
import { quickXorHash } from '../../../src/graph/files/quick-xor-hash.ts'
import { hasRealPart } from '../../helpers/system/real-part.ts'

function hashOf(content: Buffer, pieces: number[] = [content.length]): string {
  const hash = quickXorHash()
  let at = 0
  for (const length of [...pieces, content.length]) {
    hash.update(content.subarray(at, at + length))
    at += length
  }
  return hash.digest()
}

describe('the quickXorHash', () => {
  it('of nothing is twenty zeros', () => {
    expect(hashOf(Buffer.alloc(0))).toBe(Buffer.alloc(20).toString('base64'))
  })

  it.each([1, 3, 159, 160, 161, 320, 4_096, 65_537, 1_000_003])(
    'of %i bytes is the same in whatever pieces they come',
    (size) => {
      const content = randomBytes(size)
      const whole = simulated(content)
      expect(hashOf(content)).toBe(whole)
      for (const pieces of [[1], [3, 160], [161, 7, 320], [64 * 1024, 64 * 1024]])
        expect(hashOf(content, pieces)).toBe(whole)
      // A piece of a larger buffer, at an odd address.
      const shifted = Buffer.alloc(size + 1).subarray(1)
      content.copy(shifted)
      expect(hashOf(shifted)).toBe(whole)
    },
  )

  it.runIf(hasRealPart('rclone', 'computing the hash of OneDrive with another program'))(
    'is the one that rclone computes',
    () => {
      const dir = mkdtempSync(join(tmpdir(), 'od-link-'))
      try {
        for (const size of [0, 1, 12, 999, 1_234_567]) {
          const content = randomBytes(size)
          const file = join(dir, 'file')
          writeFileSync(file, content)
          const told = execFileSync('rclone', ['hashsum', 'quickxor', '--base64', file], { encoding: 'utf8' })
          // It writes base64 as for URLs.
          expect(told.split(' ')[0]).toBe(hashOf(content).replaceAll('+', '-').replaceAll('/', '_'))
        }
      } finally {
        rmSync(dir, { recursive: true })
      }
    },
  )
})
