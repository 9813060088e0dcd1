import { describe, expect, it } from 'vitest'
import { readAddress } from '../../../src/graph/api/address.ts'
import { below, fileAddress } from '../../../src/graph/transfer/file-address.ts'
import { told } from '../../helpers/program/told.ts'

describe('the address of an upload', () => {
  it.each([
    ['/me/drive/root:/a/b', '/me/drive/root:/a/b'],
    ['/me/drive/root:/a/b:/content', '/me/drive/root:/a/b'],
    ['/me/drive/root:/a/b:/createUploadSession', '/me/drive/root:/a/b'],
    ['/me/drive/root:/a/b:', '/me/drive/root:/a/b'],
    ['/me/drive/root:/a/', '/me/drive/root:/a/local%20file'],
    ['/me/drive/root:/', '/me/drive/root:/local%20file'],
    ['/me/drive/root:/folder/deep/', '/me/drive/root:/folder/deep/local%20file'],
    ['/me/drive/root:/content/a', '/me/drive/root:/content/a'],
    ['/me/drive/root:/a/createUploadSession.txt', '/me/drive/root:/a/createUploadSession.txt'],
    ['/me/drive/items/ID:/a', '/me/drive/items/ID:/a'],
    ['/me/drive/special/photos:/a', '/me/drive/special/photos:/a'],
    ['/me/drive/items/ID', '/me/drive/items/ID'],
    ['/me/drive/items/ID/content', '/me/drive/items/ID'],
  ])('%s is the file %s', (typed, path) => {
    expect(fileAddress(readAddress(typed), '/some/local file').path).toBe(path)
  })

  it.each([
    '/me/drive',
    '/me/drive/root',
    '/me/drive/root:/a?x=1',
    '/me/drive/root:/a:/children',
    '/me/drive/items/',
    '/me/drive/items/ID/children',
  ])('%s is refused', (typed) => {
    expect(told(() => fileAddress(readAddress(typed), 'f'))).toMatch(
      /^usage: "[^"]+" is not the path of a file\. \| od-link api --upload f \/me\/drive\/root:\/folder\/name\n/,
    )
  })

  it('leads to its parts by path or by ID; standard input has no name', () => {
    expect(below(readAddress('/me/drive/root:/a'), 'content')).toBe('/me/drive/root:/a:/content')
    expect(below(readAddress('/me/drive/items/ID'), 'content')).toBe('/me/drive/items/ID/content')
    expect(told(() => fileAddress(readAddress('/me/drive/root:/a/'), '-'))).toBe(
      'usage: Standard input has no name, so the path needs one. | od-link api --upload - /me/drive/root:/folder/name',
    )
  })
})
