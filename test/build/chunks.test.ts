import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

describe('a build whose list of groups names a module', () => {
  let copy: string

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'od-link-build-'))
    for (const name of ['build', 'src', 'sandbox', 'package.json', 'package-lock.json'])
      cpSync(join(root, name), join(copy, name), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction')
  })
  afterAll(() => rmSync(copy, { recursive: true, force: true }))

  function buildWith(module: string) {
    const list = readFileSync(join(root, 'build', 'chunks.mjs'), 'utf8')
    const changed = list.replace('src/commands/token/run.ts', module)
    writeFileSync(join(copy, 'build', 'chunks.mjs'), changed)
    const { status, stderr } = spawnSync(process.execPath, ['build/main.mjs'], {
      cwd: copy,
      encoding: 'utf8',
    })
    return { status, stderr }
  }

  it('that is in the program succeeds', () => {
    expect(buildWith('src/commands/token/run.ts')).toEqual({ status: 0, stderr: '' })
  })

  it('that has moved fails, and says which', () => {
    const { status, stderr } = buildWith('src/commands/token/gone.ts')
    expect(status).not.toBe(0)
    expect(stderr).toContain('src/commands/token/gone.ts is not in dist/usual.cjs')
  })

  it('while a package that the program imports is not installed fails, and says which', () => {
    const main = readFileSync(join(root, 'src', 'main.ts'), 'utf8')
    writeFileSync(join(copy, 'src', 'main.ts'), `import 'no-such-package'\n${main}`)
    const { status, stderr } = buildWith('src/commands/token/run.ts')
    expect(status).not.toBe(0)
    expect(stderr).toContain("Could not resolve 'no-such-package'")
  })
})
