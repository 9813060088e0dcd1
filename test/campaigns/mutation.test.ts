import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { areas } from '../../campaigns/mutation/areas.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

describe.each(Object.entries(areas))('the mutation area %s', (_, { mutate, tests }) => {
  it('mutates files that exist', () => {
    expect(mutate.filter((path) => !path.includes('*') && !existsSync(join(root, path)))).toEqual([])
  })

  it('has tests beside the names of its files', () => {
    expect(tests.length).toBeGreaterThan(0)
  })
})
