import { expect, it } from 'vitest'
import { endsAll, parentGone, taken, tooLong, unanswered } from '../../../src/graph/bulk/errors.ts'
import { FolderTree } from '../../../src/graph/bulk/tree.ts'
import { answerOf } from '../../helpers/microsoft/fake-graph.ts'

const runAgain = "Run it again to create what's missing."
const refusal = (status: number, code: string) => answerOf({ status, json: { error: { code, message: '' } } })

it('a wait that is too long is reported, with how to allow it', () => {
  expect(tooLong()).toMatchObject({
    kind: 'service',
    reason: 'throttled',
    message: 'Microsoft asked od-link to wait longer than --max-wait allows.',
    next: ['Try again in a few minutes.', { flags: { 'max-wait': '3600' } }],
  })
})

it('a request without an answer is reported, with what to do', () => {
  expect(unanswered()).toMatchObject({ kind: 'service', reason: 'unreadable-answer', next: [runAgain] })
})

it('a name conflict does not name the folder', () => {
  expect(taken('a file', undefined)).toMatchObject({
    kind: 'taken',
    reason: 'not-a-folder',
    message: 'The name is taken by a file.',
  })
})

it('a parent that is gone is named, because it is not the folder that fails; the root means that there is no drive', () => {
  const tree = new FolderTree()
  tree.add(['a', 'b'])
  const [a, b] = tree.close().below()
  expect(b && parentGone(b, refusal(404, 'itemNotFound'))).toMatchObject({
    kind: 'not-found',
    message: '"/a" no longer exists.',
    next: [runAgain],
    code: 'itemNotFound',
  })
  expect(a && parentGone(a, refusal(404, 'itemNotFound'))).toMatchObject({ reason: 'no-drive' })
})

it.each([
  [507, 'x', true],
  [403, 'quotaLimitReached', true],
  [403, 'accountUpgradeRequired', true],
  [403, 'accessDenied', false],
  [503, 'serviceNotAvailable', false],
])('HTTP %i %s ends the whole run: %s', (status, code, isSo) => {
  expect(endsAll(refusal(status, code))).toBe(isSo)
})
