import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { itemOf } from '../../src/graph/item.ts'
import { parsePath, showPath } from '../../src/graph/path.ts'
import { sanitize } from '../../src/text/sanitize.ts'
import { anyJson, settings } from '../fuzz/runs.ts'

/** A failing example is run again as `runs.ts` says. */

describe('an item of a drive', () => {
  it('has fields of the right type or none, and a name that is one name in a path', () => {
    fc.assert(
      fc.property(anyJson, (one) => {
        const { id, name, webUrl, createdDateTime } = itemOf(one)
        for (const text of [id, name, webUrl, createdDateTime])
          expect(['string', 'undefined']).toContain(typeof text)
        if (id !== undefined)
          expect(new URL(`http://x/items/${encodeURIComponent(id)}/y`).pathname.split('/')).toHaveLength(4)
        if (name) expect(showPath(['a', sanitize(name)]).split('/')).toHaveLength(3)
        expect(parsePath('/a')).toEqual(['a'])
      }),
      settings(),
    )
  })
})
