import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from './locked-packages.ts'

it('the package holds the built program, its licences and its history, and nothing else', async () => {
  const sizes = execFileSync(process.execPath, [join(root, 'release', 'size.mjs')], { encoding: 'utf8' })
  const files = [...sizes.matchAll(/^ *[\d.]+ kB {2}(.*)$/gm)].map(([, path]) => path)
  await expect(`${files.sort().join('\n')}\n`).toMatchFileSnapshot('files.txt')
  expect(sizes).toMatch(/\d+ files, [\d.]+ kB to download, [\d.]+ kB unpacked\n$/)
})
