import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lockedPackages, root } from './locked-packages.ts'

/** The scripts that npm runs when it installs a package from the registry. */
const atInstall = ['preinstall', 'install', 'postinstall']

describe('installing runs no program of others:', () => {
  it('no package in the lock file has an install script', () => {
    // Includes optional packages for other systems: the lock file lists those that are not installed here.
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
      // npm builds packages with a binding.gyp even without a script.
      if (existsSync(join(root, path, 'binding.gyp'))) run.push('node-gyp rebuild')
      expect({ path, run }).toEqual({ path, run: [] })
    }
  })
})
