import { describe, expect, it } from 'vitest'
import { misplaced, nameTaken, noDrive, similarName } from '../../src/graph/errors.ts'
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
