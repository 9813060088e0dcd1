import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeBehind } from '../../src/system/write-behind.ts'

describe('what is written while more is received', () => {
  let dir: string
  let fd: number
  const file = () => join(dir, 'file')
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'od-link-test-'))
    fd = openSync(file(), 'w+')
  })
  afterEach(() => {
    closeSync(fd)
    rmSync(dir, { recursive: true })
  })
  const chunk = (length: number, filled: number) => Buffer.alloc(length, filled)

  it('is in order, whatever waits together, and from where it begins', async () => {
    const first = writeBehind(fd, 0)
    const chunks = Array.from({ length: 5_000 }, (_, index) => chunk((index * 7) % 1_000, index))
    for (const one of chunks) await first.write(one)
    await first.settle()
    const whole = Buffer.concat(chunks)
    expect(first.written).toBe(whole.length)
    expect(readFileSync(file()).equals(whole)).toBe(true)
    const next = writeBehind(fd, whole.length)
    next.write(chunk(3, 1))
    await next.settle()
    expect(next.written).toBe(whole.length + 3)
    expect(readFileSync(file()).equals(Buffer.concat([whole, chunk(3, 1)]))).toBe(true)
  })

  it.each([
    ['a megabyte', chunk(256 * 1024, 1), 4],
    ['a thousand chunks', chunk(1, 1), 1_024],
  ])('has to be waited for when %s wait', async (_, one, queued) => {
    const writer = writeBehind(fd, 0)
    // The first one is being written.
    const waits = Array.from({ length: queued + 1 }, () => writer.write(one) !== undefined)
    expect(waits.indexOf(true)).toBe(queued)
    await writer.settle()
    expect(writer.written).toBe((queued + 1) * one.length)
  })

  it('is on its way to the disk before it is all there, and nothing uses the file at the end', async () => {
    const writer = writeBehind(fd, 0)
    for (let mb = 0; mb < 70; mb += 1) await writer.write(chunk(1024 * 1024, mb))
    await writer.settle()
    expect(readFileSync(file())).toHaveLength(70 * 1024 * 1024)
  })

  it('fails at the next chunk and at the end, and not elsewhere', async () => {
    const readOnly = openSync(file(), 'r')
    const writer = writeBehind(readOnly, 0)
    expect(writer.write(chunk(3, 1))).toBeUndefined()
    await expect(writer.settle()).rejects.toMatchObject({ code: 'EBADF' })
    expect(() => writer.write(chunk(3, 1))).toThrow('EBADF')
    await expect(writer.settle()).rejects.toMatchObject({ code: 'EBADF' })
    expect(writer.written).toBe(0)
    closeSync(readOnly)
  })
})
