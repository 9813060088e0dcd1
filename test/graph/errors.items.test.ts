import { describe, expect, it } from 'vitest'
import { misplaced, nameTaken, noDrive, placeGone, similarName } from '../../src/graph/errors.ts'
import { answerOf, type Told } from '../helpers/microsoft/fake-graph.ts'

/* Errors about what is in the drive, whatever refused the request. */

const refused = (status: number, error?: unknown) =>
  answerOf({ status, headers: {}, ...(error === undefined ? {} : { json: { error } }) } as Told)
const another = 'Choose another name.'

describe('a name that is taken', () => {
  it.each([
    ['/a', 'a folder', 'The name is taken: "/a" is a folder.', 'name-taken'],
    ['/a', 'a file', 'The name is taken: "/a" is a file.', 'not-a-folder'],
    [undefined, 'a notebook', 'The name is taken by a notebook.', 'not-a-folder'],
  ])('%s, by %s', (path, what, message, reason) => {
    const error = nameTaken(path, what, undefined)
    expect(error).toMatchObject({ kind: 'taken', reason, message, code: 'nameAlreadyExists', hint: another })
  })

  it('by a similar one is reported so', () => {
    const sentence = (name: string) =>
      `The name is taken: OneDrive does not distinguish ${name} from an existing item with a similar name.`
    const answer = refused(404, { code: 'itemNotFound' })
    expect(similarName('/a', answer)).toMatchObject({
      kind: 'taken',
      code: 'itemNotFound',
      message: sentence('"/a"'),
      hint: another,
    })
    expect(similarName(undefined, undefined)).toMatchObject({
      reason: 'similar-name',
      message: sentence('it'),
    })
  })

  it('elsewhere is reported so', () => {
    expect(misplaced(undefined, refused(201))).toMatchObject({
      kind: 'service',
      message: 'OneDrive did not create the folder in the parent that was requested.',
    })
    expect(misplaced('/a', refused(201))).toMatchObject({
      reason: 'unreadable-answer',
      message: 'OneDrive did not create "/a" in the parent that was requested.',
      hint: 'Look for it in the folders above, and remove it there.',
    })
  })
})

it.each([
  [
    'team:',
    '"team:/" is a place that',
    'Open the folder in a browser, and copy its address again. Then:\nod-link drive remove team && od-link drive add team ADDRESS',
  ],
  [
    'https://contoso.sharepoint.com/sites/team/Docs',
    '"https://contoso.sharepoint.com/sites/team/Docs" is a place that',
    'Open it in a browser, and copy its address again.',
  ],
  [
    '/Team',
    '"/Team" is a shortcut to a folder that',
    'Ask its owner to share it again, or remove the shortcut in OneDrive.',
  ],
])('the place %s that is gone is told as what it was', (prefix, what, hint) => {
  expect(placeGone({ prefix, path: [] }, refused(404, { code: 'itemNotFound' }))).toMatchObject({
    kind: 'not-found',
    reason: 'no-such-item',
    message: `${what} no longer exists, or is no longer shared with this account.`,
    hint,
    code: 'itemNotFound',
  })
})

it('a drive without a root is reported as none', () => {
  expect(noDrive(refused(404))).toMatchObject({
    kind: 'not-allowed',
    reason: 'no-drive',
    message: 'This account has no OneDrive that can be reached.',
    hint: 'Open https://onedrive.com once with this account.\nOr link another account: od-link login',
  })
})
