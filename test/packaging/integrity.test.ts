import { describe, expect, it } from 'vitest'
import { lockedPackages } from './locked-packages.ts'

describe('each package in the lock file', () => {
  it('is held by a sha512 of its content', () => {
    const loose = lockedPackages.filter(({ integrity = '' }) => !/^sha512-[\w+/]{86}==$/.test(integrity))
    expect(loose).toEqual([])
  })

  it('names no host that it must come from', () => {
    // `.npmrc` omits hosts so that a mirror works as well; a foreign host would show here.
    expect(lockedPackages.filter(({ resolved }) => resolved !== undefined)).toEqual([])
  })
})
