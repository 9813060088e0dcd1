import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ada, grace, useLinked } from '../../helpers/program/linked.ts'
import { makeMany, makeManyInJson } from '../../helpers/program/many-folders.ts'

/** Spellings among which are some that OneDrive takes for one name, and characters that URLs stumble over. */
const name = fc.constantFrom(
  'a',
  'A',
  'b',
  'caf\u00e9',
  'cafe\u0301',
  'CAF\u00c9',
  'x y',
  '#1',
  '100%25',
  "it's+&=",
  '日本',
  '.z',
  '-',
)
const path = fc.array(name, { minLength: 1, maxLength: 6 })
const list = fc.array(path, { minLength: 1, maxLength: 40 })

/** What all spellings of a path have in common. */
const fold = (path: string) => path.normalize('NFC').toLowerCase()

/** A drive as plainly as it can be thought of: what is there, by what its spellings have in common. */
class PlainDrive {
  readonly items = new Map<string, { path: string; isFile: boolean }>()

  /** Makes a folder and what is missing above it. @returns whether that can be done. */
  make(names: readonly string[]): boolean {
    let above = ''
    for (const name of names) {
      const there = this.items.get(fold(`${above}/${name}`))
      if (there?.isFile) return false
      const path = there?.path ?? `${above}/${name}`
      if (!there) this.items.set(fold(path), { path, isFile: false })
      above = path
    }
    return true
  }

  /** The folders of the way to it included, as the drive has them, in order. */
  get listing(): string[] {
    return [...this.items.values()].map(({ path, isFile }) => (isFile ? `${path} (file)` : path)).sort()
  }
}

let top = 0

describe.each([ada, grace])(
  'whatever the list is, and whatever was there before, in the drive of %s',
  (user) => {
    const at = useLinked({ user })

    it('everything exists once, existing items stay, and every result is reported as it is', async () => {
      await fc.assert(
        fc.asyncProperty(list, list, fc.option(path, { nil: undefined }), async (before, wanted, file) => {
          top += 1
          const root = `t${top}`
          const model = new PlainDrive()
          const told = (names: readonly string[]) => [root, ...names].join('/')
          expect((await makeMany(at.world, before.map(told), '--quiet')).code).toBe(0)
          for (const names of before) model.make([root, ...names])
          const filePath = file && `/${told(file)}`
          if (filePath && !model.items.has(fold(filePath)) && model.make([root, ...file.slice(0, -1)])) {
            await makeMany(at.world, [told(file.slice(0, -1))], '--quiet')
            const above = model.items.get(fold(`/${told(file.slice(0, -1))}`))?.path
            await at.putFile(`${above}/${file.at(-1)}`)
            model.items.set(fold(filePath), { path: `${above}/${file.at(-1)}`, isFile: true })
          }
          const existed = new Set(model.items.keys())
          const possible = new Map(
            wanted.map((names) => [fold(`/${told(names)}`), model.make([root, ...names])]),
          )

          const { code, folders, summary } = await makeManyInJson(at.world, wanted.map(told))
          const drive = (await at.drive(user)).filter(
            (path) => path.startsWith(`/${root}/`) || path === `/${root}`,
          )
          expect(drive.sort()).toEqual(model.listing)
          expect(code).toBe([...possible.values()].every(Boolean) ? 0 : 3)
          expect(folders).toHaveLength(possible.size)
          for (const folder of folders) {
            const key = fold(folder.path)
            expect(possible.get(key)).toBe(folder.status === 'created' || folder.status === 'exists')
            if (possible.get(key)) expect(folder.status).toBe(existed.has(key) ? 'exists' : 'created')
          }
          expect(summary.folders).toBe(possible.size)
        }),
        { numRuns: Number(process.env.OD_LINK_TEST_RUNS ?? 12), endOnFailure: false },
      )
    })
  },
)
