import { describe, expect, it } from 'vitest'
import { ada, grace, useLinked } from '../../helpers/program/linked.ts'
import { below, makeMany, makeManyInJson, withParents } from '../../helpers/program/many-folders.ts'

const deep = (top: string, levels: number) => `${top}${'/d'.repeat(levels - 1)}`

describe('a tree deeper than Graph can address by path', () => {
  const at = useLinked()

  it('is created, and found again', async () => {
    const paths = [deep('/deep', 160), `${deep('/deep', 90)}/side/x`, deep('/deep', 27), deep('/deep', 28)]
    const first = await makeManyInJson(at.world, paths)
    expect(first.code).toBe(0)
    expect(first.summary).toMatchObject({ created: 4, parentsCreated: 158 })
    const second = await makeManyInJson(at.world, paths)
    expect(second.summary).toMatchObject({ exists: 4, created: 0, parentsCreated: 0, failed: 0 })
    expect(await below(at, '/deep')).toHaveLength(162)
  })

  it('is created again where its middle was removed', async () => {
    await at.graph('DELETE', `/me/drive/root:${deep('/deep', 20)}`)
    const { code, summary } = await makeManyInJson(at.world, [deep('/deep', 60)])
    expect({ code, created: summary.created + summary.parentsCreated }).toEqual({ code: 0, created: 41 })
  })
})

describe('names at every edge of the rules', () => {
  const at = useLinked({ user: grace })

  it('are created unchanged', async () => {
    const names = [
      ...[
        'a%20b',
        '100%',
        '#',
        '# 1',
        'a+b',
        "it's",
        'a&b=c',
        'a;b',
        '@',
        '!',
        '(x)',
        '[x]',
        '{x}',
        '`',
        '^',
        '~',
      ],
      ...[
        '.hidden',
        '..x',
        'a.b',
        '-',
        '--json',
        '$',
        '$batch',
        'con1',
        'lock',
        'App_Data',
        'forms',
        'children',
      ],
      ...[
        'ı',
        'İ',
        'ß',
        'ﬁ',
        '🗂️',
        'שלום',
        '\u00a0'.padStart(2, 'x').padEnd(3, 'y'),
        'e\u0301',
        '한글',
        'n'.repeat(255),
      ],
    ]
    const paths = names.flatMap((name) =>
      name.length < 200 ? [`/edge/${name}`, `/edge/${name}/in it`] : [`/edge/${name}`],
    )
    const first = await makeManyInJson(at.world, paths)
    expect(first.stderr).toBe('')
    expect(first.folders.map(({ path }) => path).sort()).toEqual(paths.toSorted())
    const all = await at.drive(grace)
    expect(all.filter((path) => path.startsWith('/edge/')).sort()).toEqual(paths.toSorted())
    expect((await makeManyInJson(at.world, paths)).summary).toMatchObject({ exists: paths.length, failed: 0 })
  })

  it('and paths as long as OneDrive takes them', async () => {
    const path = `/${'p'.repeat(199)}/${'q'.repeat(199)}`
    const { code, lines } = await makeMany(at.world, [path])
    expect({ code, lines }).toEqual({ code: 0, lines: [path] })
  })
})

describe('what only the drive refuses', () => {
  const at = useLinked({ user: ada })

  it('fails by itself, with the reason, and the rest is created', async () => {
    const { code, lines, stderr } = await makeMany(at.world, ['/~tilde/x', '/Forms', '/fine/~y', '/fine/z'])
    expect({ code, lines }).toEqual({ code: 2, lines: ['/fine/z'] })
    expect(stderr).toContain('✗ /~tilde: OneDrive does not accept this name or path: ')
    expect(
      stderr
        .split('\n')
        .filter((line) => line.startsWith('/'))
        .sort(),
    ).toEqual(['/Forms', '/fine/~y', '/~tilde/x'])
    expect(await at.drive()).toEqual(withParents(['/fine/z']))
  })
})
