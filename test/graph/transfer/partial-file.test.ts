import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isSpecial, openPart, passOn, refuseDevice } from '../../../src/graph/transfer/partial-file.ts'
import { told } from '../../helpers/program/told.ts'

const isWindows = process.platform === 'win32'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'od-link-test-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('the file of a download', () => {
  const file = () => join(dir, 'file.bin')
  const write = async (target: ReturnType<typeof openPart>, text: string) => {
    await target.write(Buffer.from(text))
    await target.settle?.()
  }
  // What each of them does when the process ends.
  const before = process.listeners('exit')
  afterEach(() => {
    for (const one of process.listeners('exit')) if (!before.includes(one)) process.off('exit', one)
  })

  it('is unchanged until the new one is complete', async () => {
    writeFileSync(file(), 'older')
    const target = openPart(file(), 'of this')
    expect([target.have, target.etag]).toEqual([0, undefined])
    target.begin(undefined)
    await write(target, 'new')
    await write(target, 'er')
    expect(target.have).toBe(5)
    expect(readFileSync(file(), 'utf8')).toBe('older')
    target.finish()
    expect(readFileSync(file(), 'utf8')).toBe('newer')
    expect(readdirSync(dir)).toEqual(['file.bin'])
  })

  it('continues with a part of the same content and version, and no other', async () => {
    const before = openPart(file(), 'of this')
    before.begin('"1"')
    await write(before, 'half ')
    expect(readdirSync(dir).sort()).toEqual(['file.bin.part', 'file.bin.part.etag'])
    const other = openPart(file(), 'of that')
    expect([other.have, other.etag]).toEqual([0, undefined])
    const again = openPart(file(), 'of this')
    expect([again.have, again.etag]).toEqual([5, '"1"'])
    await write(again, 'whole')
    again.finish()
    expect(readFileSync(file(), 'utf8')).toBe('half whole')
    expect(readdirSync(dir)).toEqual(['file.bin'])
  })

  it('stays whole when a run died as it gave it its name', async () => {
    const dying = openPart(file(), 'of this')
    dying.begin('"1"')
    await write(dying, 'whole')
    linkSync(join(dir, 'file.bin.part'), file())
    const target = openPart(file(), 'of this')
    expect([target.have, readdirSync(dir)]).toEqual([0, ['file.bin']])
    target.begin('"2"')
    await write(target, 'new')
    expect(readFileSync(file(), 'utf8')).toBe('whole')
    target.finish()
    expect([readFileSync(file(), 'utf8'), readdirSync(dir)]).toEqual(['new', ['file.bin']])
  })

  it('starts again when the version is another', async () => {
    const target = openPart(file(), 'of this')
    target.begin('"1"')
    await write(target, 'old')
    target.begin('"2"')
    expect([target.have, target.etag]).toEqual([0, '"2"'])
    await write(target, 'new')
    target.begin(undefined)
    expect(readdirSync(dir)).toEqual(['file.bin.part'])
    await write(target, 'newest')
    target.finish()
    expect(readFileSync(file(), 'utf8')).toBe('newest')
  })

  it('is kept for the next run if that can continue with it', async () => {
    const target = openPart(file(), 'of this')
    expect(target.isKept).toBe(false)
    target.begin('"1"')
    expect(target.isKept).toBe(false)
    await write(target, 'half')
    expect(target.isKept).toBe(true)
    target.begin(undefined)
    await write(target, 'half')
    expect(target.isKept).toBe(false)
  })

  it('that is complete waits for its place, and names the file that cannot be replaced', async () => {
    const target = openPart(file(), 'of this')
    target.begin('"1"')
    await write(target, 'whole')
    mkdirSync(file())
    expect(told(() => target.finish())).toBe(
      `usage: "${file()}" cannot be written (${isWindows ? 'EPERM' : 'it is a folder'}). | Close the program that has it open, and run it again: ` +
        `everything is already in "${file()}.part".\nName another file.`,
    )
    expect(target.isKept).toBe(true)
    rmSync(file(), { recursive: true })
    const again = openPart(file(), 'of this')
    expect([again.have, again.etag]).toEqual([5, '"1"'])
    again.finish()
    expect(readFileSync(file(), 'utf8')).toBe('whole')
    expect(readdirSync(dir)).toEqual(['file.bin'])
  })

  it('is unchanged where nothing came, as after a 304', () => {
    writeFileSync(file(), 'older')
    openPart(file(), 'of this').finish()
    expect([readFileSync(file(), 'utf8'), readdirSync(dir)]).toEqual(['older', ['file.bin']])
  })

  it.runIf(process.platform === 'linux')('is closed whenever it starts again, and at its end', () => {
    const target = openPart(file(), 'of this')
    for (const etag of ['"1"', '"2"', undefined]) target.begin(etag)
    target.finish()
    const open = readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/self/fd/${fd}`)]
      } catch {
        // The one that was open for the list itself.
        return []
      }
    })
    expect(open.filter((path) => path.startsWith(dir))).toEqual([])
  })

  it('is left to another od-link process that took its place', async () => {
    const [one, other] = [openPart(file(), 'a'), openPart(file(), 'b')]
    one.begin(undefined)
    await write(one, 'one')
    other.begin(undefined)
    await write(other, 'other')
    expect(told(() => one.finish())).toContain('.part" cannot be written (EBUSY)')
    other.finish()
    expect(readFileSync(file(), 'utf8')).toBe('other')
  })

  it('is the one behind a link, and is reported where none can be', async () => {
    const link = join(dir, 'link')
    writeFileSync(file(), 'older')
    symlinkSync(file(), link)
    const target = openPart(link, 'x')
    target.begin(undefined)
    await write(target, 'newer')
    target.finish()
    expect(readFileSync(file(), 'utf8')).toBe('newer')
    expect(readdirSync(dir).sort()).toEqual(['file.bin', 'link'])
    mkdirSync(join(dir, 'folder'))
    expect(told(() => openPart(join(dir, 'folder'), 'x'))).toBe(
      `usage: "${dir}/folder" cannot be written (it is a folder). | Name another file.`,
    )
    expect(told(() => openPart(join(dir, 'none', 'file'), 'x'))).toContain(
      'cannot be written (no such folder)',
    )
  })

  it('may be a pipe, whose beginning cannot be undone', () => {
    expect([isSpecial('/dev/null'), isSpecial(dir), isSpecial(file())]).toEqual([true, false, false])
    const pieces: string[] = []
    const target = passOn((chunk) => void pieces.push(String(chunk)), {
      verb: 'download',
      args: ['/a', 'FILE'],
    })
    target.begin('"1"')
    target.begin('"2"')
    expect([target.have, target.etag]).toEqual([0, '"2"'])
    target.write(Buffer.from('abc'))
    expect(target.isKept).toBe(false)
    target.finish()
    expect([target.have, pieces]).toEqual([3, ['abc']])
    expect(told(() => target.begin('"2"'))).toBe(
      'network: The download was interrupted, and its beginning has already been written. | Save it to a file, which can be resumed: od-link download /a FILE',
    )
  })
})

it('refuses the name of a device on Windows, and of nothing elsewhere', () => {
  expect(told(() => refuseDevice('NUL', 'win32'))).toBe(
    'usage: "NUL" is the name of a device on Windows, not of a file. | Name another file, or use - for standard output.',
  )
  refuseDevice('NUL.d/file', 'win32')
  refuseDevice('NUL', 'linux')
})
