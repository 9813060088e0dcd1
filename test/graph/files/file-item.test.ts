import { describe, expect, it } from 'vitest'
import { fileItemOf } from '../../../src/graph/files/file-item.ts'

const nothing = {
  id: undefined,
  name: undefined,
  kind: 'file',
  size: undefined,
  modified: undefined,
  webUrl: undefined,
  eTag: undefined,
  hashes: {},
  downloadUrl: undefined,
  parentId: undefined,
  driveId: undefined,
  driveType: undefined,
  target: undefined,
}

describe('a drive item', () => {
  it('is read with all that the commands for files use', () => {
    const item = fileItemOf({
      ...{ id: 'I', name: 'a.txt', size: 12, webUrl: 'https://a.example/a.txt', eTag: '"{1},2"' },
      lastModifiedDateTime: '2026-02-02T00:00:00Z',
      fileSystemInfo: { lastModifiedDateTime: '2026-01-01T00:00:00Z' },
      file: { hashes: { quickXorHash: 'q', sha1Hash: 'A1', sha256Hash: 'B2', crc32Hash: 'C3' } },
      parentReference: { id: 'P', driveId: 'D', driveType: 'business' },
      '@microsoft.graph.downloadUrl': 'https://content.example/a',
    })
    expect(item).toEqual({
      ...{ id: 'I', name: 'a.txt', kind: 'file', size: 12, webUrl: 'https://a.example/a.txt' },
      ...{
        modified: Date.UTC(2026, 0, 1),
        eTag: '"{1},2"',
        hashes: { quickxor: 'q', sha1: 'A1', sha256: 'B2' },
      },
      ...{ downloadUrl: 'https://content.example/a', parentId: 'P', driveId: 'D', driveType: 'business' },
      target: undefined,
    })
  })

  it.each([undefined, null, 'text', 7, [], {}])('of which nothing is known: %j', (value) => {
    expect(fileItemOf(value)).toEqual(nothing)
  })

  it('has no field that is of another type than Microsoft says', () => {
    const wrong = { a: 1 }
    const value = {
      ...{ id: wrong, name: wrong, size: wrong, webUrl: 1, eTag: wrong, lastModifiedDateTime: 1 },
      ...{ fileSystemInfo: 'x', parentReference: 'x', file: { hashes: 'x' }, remoteItem: 'x' },
      ...{ '@microsoft.graph.downloadUrl': wrong, folder: 'x', package: 'x', root: 'x' },
    }
    expect(fileItemOf(value)).toEqual(nothing)
    expect(fileItemOf({ file: 'x', parentReference: { id: 1, driveId: [], driveType: {} } })).toEqual(nothing)
    expect(fileItemOf({ file: { hashes: { quickXorHash: 1, sha1Hash: '' } } }).hashes).toEqual({})
  })

  it.each([
    [{ file: {} }, 'file'],
    [{}, 'file'],
    [{ folder: {} }, 'folder'],
    [{ root: {} }, 'folder'],
    [{ package: {}, folder: {} }, 'package'],
    [{ remoteItem: {}, folder: {}, package: {} }, 'shortcut'],
  ])('%j is a %s', (value, kind) => {
    expect(fileItemOf(value).kind).toBe(kind)
  })

  it.each([
    [0, 0],
    ['17', 17],
    [-1, undefined],
    [1.5, undefined],
    [2 ** 53, undefined],
    ['', undefined],
  ])('has a size of %j: %j', (size, expected) => {
    expect(fileItemOf({ size }).size).toBe(expected)
  })

  it.each([
    [{ lastModifiedDateTime: '2026-02-02T00:00:00Z' }, Date.UTC(2026, 1, 2)],
    [{ lastModifiedDateTime: '2026-02-02T00:00:00Z', fileSystemInfo: {} }, Date.UTC(2026, 1, 2)],
    [{ lastModifiedDateTime: 'yesterday' }, undefined],
  ])('was modified as %j says', (value, expected) => {
    expect(fileItemOf(value).modified).toBe(expected)
  })

  it.each([
    ['"{1},2"', true],
    ['W/"a b"', true],
    ['"a"\r\nauthorization: x', false],
    ['"é"', false],
    [' "a"', false],
    ['"a"  "b"', false],
    ['', false],
  ])('may send the tag %j back: %j', (eTag, isSent) => {
    expect(fileItemOf({ eTag }).eTag).toBe(isSent ? eTag : undefined)
  })

  it('keeps no more of a text than one can have', () => {
    const long = 'x'.repeat(9_000)
    const item = fileItemOf({
      ...{ eTag: long, '@microsoft.graph.downloadUrl': long, file: { hashes: { quickXorHash: long } } },
      parentReference: { id: long, driveId: long, driveType: long },
    })
    expect([item.eTag, item.downloadUrl, item.hashes.quickxor].map((text) => text?.length)).toEqual([
      1_000, 8_000, 100,
    ])
    expect([item.parentId, item.driveId, item.driveType].map((text) => text?.length)).toEqual([
      1_000, 1_000, 100,
    ])
  })

  it.each([
    [
      { folder: {}, webUrl: 'https://a.example/T' },
      { isFolder: true, webUrl: 'https://a.example/T' },
    ],
    [{ file: {} }, { isFolder: false, webUrl: undefined }],
    [{}, { isFolder: false, webUrl: undefined }],
  ])('that is a shortcut stands for %j', (remoteItem, target) => {
    expect(fileItemOf({ remoteItem }).target).toEqual(target)
  })
})
