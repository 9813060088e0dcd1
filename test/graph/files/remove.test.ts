import { expect, it } from 'vitest'
import type { Access } from '../../../src/graph/files/access.ts'
import { removeItem } from '../../../src/graph/files/remove.ts'
import { ownPlace } from '../../../src/graph/place.ts'
import { aFile, fakeGraph, missing, ok } from '../../helpers/microsoft/fake-graph.ts'

/** A drive whose answer to the removal is lost. @param isThere whether the item is there afterwards. */
function afterLostAnswer(isThere: boolean) {
  let asked = 0
  const graph = fakeGraph(async (what, _, lookFirst) => {
    if (!what.startsWith('DELETE')) return ++asked === 1 || isThere ? ok(aFile('a.txt')) : missing
    const found = await lookFirst?.()
    return found ? { status: found.status, repeated: true } : { status: 403 }
  })
  return removeItem(
    { access: { graph: () => graph } as unknown as Access, place: ownPlace(['a.txt']) },
    false,
  )
}

it('has removed what is gone after an attempt whose answer was lost', async () => {
  expect(await afterLostAnswer(false)).toMatchObject({ name: 'a.txt' })
})

it('tries again while it is still there', async () => {
  await expect(afterLostAnswer(true)).rejects.toMatchObject({ kind: 'not-allowed' })
})
