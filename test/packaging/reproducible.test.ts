import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './locked-packages.ts'

describe('the packed tarball', () => {
  it('is the same, byte for byte, from two copies of the source in different places', () => {
    const hashes = execFileSync(process.execPath, [join(root, 'release', 'pack.mjs')], { encoding: 'utf8' })
    expect(hashes).toMatch(/^sha256 ([0-9a-f]{64})\nsha256 \1\n$/)
  })
})
