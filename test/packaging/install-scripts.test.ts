import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lockedPackages, root } from './locked-packages.ts'

/** What npm runs by itself when it installs a package from the registry. */
const atInstall = ['preinstall', 'install', 'postinstall']

describe('installing runs no program of others:', () => {
  it('no package in the lock file has an install script', () => {
    // For optional packages of other systems, too: the lock file knows those that are not installed here.
    expect(lockedPackages.filter(({ hasInstallScript }) => hasInstallScript).map(({ path }) => path)).toEqual(
      [],
    )
  })

  it('nor has any that is installed, whatever its lock says', () => {
    const installed = lockedPackages.filter(({ path }) => existsSync(join(root, path, 'package.json')))
    expect(installed.length).toBeGreaterThan(50)
    for (const { path } of installed) {
      const { scripts = {} } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'))
      const run = atInstall.filter((name) => name in scripts)
      // npm builds what has a binding.gyp, though no script says so.
      if (existsSync(join(root, path, 'binding.gyp'))) run.push('node-gyp rebuild')
      expect({ path, run }).toEqual({ path, run: [] })
    }
  })
})
