import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { hasRealPart } from '../helpers/system/real-part.ts'
import { root } from './locked-packages.ts'

const leftOut = new Set(['node_modules', '.git', 'coverage'])

describe.runIf(hasRealPart('git', 'a release'))('npm run release', () => {
  let dir: string

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'od-link-release-test-'))
    cpSync(root, dir, { recursive: true, filter: (path) => !leftOut.has(basename(path)) })
    symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'), 'junction')
    git('init', '--quiet', '--initial-branch=main')
    // Here it is not a folder, as named in .gitignore.
    writeFileSync(join(dir, '.git', 'info', 'exclude'), 'node_modules\n')
    commit('the source')
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  function git(...args: string[]): string {
    const who = ['-c', 'user.name=A Person', '-c', 'user.email=person@example.com']
    const { status, stdout, stderr } = spawnSync('git', [...who, ...args], { cwd: dir, encoding: 'utf8' })
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
    return stdout
  }

  function commit(message: string): void {
    git('add', '--all')
    git('commit', '--quiet', '--message', message)
  }

  function release(...flags: string[]) {
    const script = join(dir, 'release', 'main.mjs')
    return spawnSync(process.execPath, [script, '--tested', '--offline', ...flags], {
      cwd: dir,
      encoding: 'utf8',
    })
  }

  it('reports everything that is missing at once and does nothing, even with --tag', () => {
    writeFileSync(join(dir, 'CHANGELOG.md'), '# Changelog\n\n## Unreleased\n')
    const url = 'git+https://git.example/od-link.git'
    writeFileSync(
      join(dir, 'package.json'),
      JSON.stringify({ ...manifest, repository: { type: 'git', url } }),
    )
    git('checkout', '--quiet', '-b', 'a-branch')
    const { status, stdout } = release('--tag')
    expect(status).toBe(1)
    expect(stdout).toContain('✗ tree: what is not committed would not be released')
    expect(stdout).toContain('✗ place: releases are made from main, and this is a-branch')
    expect(stdout).toContain(`✗ changelog: CHANGELOG.md has no heading "## ${manifest.version}"`)
    expect(stdout).toContain(`✓ home: ${url}\n`)
    expect(stdout).toMatch(/Not released\.\n$/)
    expect(git('tag')).toBe('')
  })

  it('finds the same bytes from two builds in different places, and changes nothing unless it is told to', {
    timeout: 180_000,
  }, () => {
    git('checkout', '--quiet', '-B', 'main')
    writeFileSync(join(dir, 'CHANGELOG.md'), `# Changelog\n\n## ${manifest.version}\n`)
    writeFileSync(join(dir, 'package.json'), JSON.stringify({ ...manifest, repository: undefined }))
    commit('a release')
    const { status, stdout } = release('--tag')
    // Everything else is fine, but a package without a home is not released.
    expect(stdout.match(/^✗ .*$/gm)).toEqual([
      expect.stringMatching(/^✗ home: package\.json has no "repository"/),
    ])
    expect(status).toBe(1)
    expect(stdout).toMatch(/✓ bytes: identical in two builds: sha256 [0-9a-f]{64}\n/)
    expect(stdout).toContain('✓ form: publint reports nothing\n')
    expect(stdout).toMatch(/✓ content: \d+ files, .* packages in its bill of materials: \d+\n/)
    expect(git('tag')).toBe('')
    expect(git('status', '--porcelain')).toBe('')
  })

  it('publishes no commit that has no tag', () => {
    const { status, stdout } = release('--publish')
    expect(status).toBe(1)
    expect(stdout).toContain(`only a commit with the tag v${manifest.version} is published`)
  })
})
