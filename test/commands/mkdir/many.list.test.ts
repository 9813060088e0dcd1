import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { jsonError, useLinked } from '../../helpers/program/linked.ts'
import { below, makeMany, makeManyInJson } from '../../helpers/program/many-folders.ts'

describe('the list of a mkdir --from-file', () => {
  const at = useLinked()
  beforeEach(() => at.forgetRequests())

  const run = (input: string | Buffer, ...flags: string[]) =>
    at.world.run(['mkdir', '--from-file', '-', ...flags], { input })

  it('has one path per line, with or without a leading slash, and every folder is printed when it exists', async () => {
    const { code, lines, stderr } = await makeMany(at.world, [
      '/plain/a',
      'plain/b',
      './plain/c',
      'plain//d/',
    ])
    expect({ code, lines: lines.sort() }).toEqual({
      code: 0,
      lines: ['a', 'b', 'c', 'd'].map((x) => `/plain/${x}`),
    })
    expect(stderr).toMatch(/^✓ All 4 folders exist \(4 created, plus 1 parent; [\d.]+ s\)\.\n$/)
    expect(await below(at, '/plain')).toEqual(['/plain', ...lines])
  })

  it('has no comments: what looks like one is a folder, and said once', async () => {
    const { code, stdout, stderr } = await run('# a comment\nx/y\n# another\n#tag\n')
    expect({ code, lines: stdout.split('\n').sort() }).toMatchObject({
      code: 0,
      lines: ['', '/# a comment', '/# another', '/#tag', '/x/y'],
    })
    expect(stderr.match(/Note: .*/g)).toEqual([
      'Note: A list has no comments: line 1, which begins with #, is a folder like the others.',
    ])
    const names = await run('# a comment\0', '-0', '--dry-run')
    expect(names.stderr).not.toContain('Note:')
  })

  it.each<[how: string, input: string | Buffer, paths: string[]]>([
    ['with CRLF', 'x/crlf\r\nx/crlf2\r\n', ['/x/crlf', '/x/crlf2']],
    ['with a byte order mark', '\ufeffx/bom\n', ['/x/bom']],
    [
      'as Windows PowerShell’s `>` writes them',
      Buffer.from('\ufeffx/Bücher\r\nx/📚\r\n', 'utf16le'),
      ['/x/Bücher', '/x/📚'],
    ],
    ['without an end to its last line', 'x/one\nx/end', ['/x/end', '/x/one']],
    ['with blank lines', '\n\nx/blank\n  \n\r\n', ['/x/blank']],
    ['with a # that is a name', '#x\n# y\n', ['/# y', '/#x']],
    [
      'of `find`, with the parent itself as a dot',
      '.\n./x\n./x/found\n./.hidden\n',
      ['/.hidden', '/x', '/x/found'],
    ],
    ['with a folder twice', 'x/twice\nx/twice\n', ['/x/twice']],
    ['that differ only in case', 'Case/Inner\ncase/INNER\nCASE/other\n', ['/Case/Inner', '/Case/other']],
    ['that differ only in normalization', 'x/caf\u00e9\nx/cafe\u0301\n', ['/x/caf\u00e9']],
    ['in many scripts', 'x/日本語 🗂\nx/Ελλάδα\nx/עברית\n', ['/x/Ελλάδα', '/x/עברית', '/x/日本語 🗂']],
  ])('takes lines %s', async (_how, input, paths) => {
    const { code, stdout } = await run(input)
    expect({ code, paths: stdout.split('\n').slice(0, -1).sort() }).toEqual({ code: 0, paths })
    expect(await at.drive()).toEqual(expect.arrayContaining(paths))
  })

  it('is NUL-separated with -0, where a carriage return counts', async () => {
    const { code, stdout } = await run('z/a\0z/b c\0\0', '-0')
    expect({ code, paths: stdout.split('\n').slice(0, -1).sort() }).toEqual({
      code: 0,
      paths: ['/z/a', '/z/b c'],
    })
    const odd = await run('z/d\r\0', '--null')
    expect(odd.code).toBe(2)
    expect(odd.stderr).toContain('it contains a control character')
  })

  it('may be a file, below a parent that is created', async () => {
    const file = join(at.world.dir, 'list.txt')
    writeFileSync(file, 'a\n/b\n')
    const { code, stdout } = await at.world.run(['mkdir', '--from-file', file, '/Backup/of me'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/Backup/of me/a\n/Backup/of me/b\n' })
  })

  it.each(['', '\n\n', '.\n', '/\n'])('may be empty: %j', async (input) => {
    const { code, stdout, stderr } = await run(input)
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toBe('✓ The list is empty, so nothing was created.\n')
    expect(await at.requests()).toEqual([])
  })

  it('is checked as a whole before anything is sent: every bad line is reported with its number', async () => {
    const bad = ['fine', 'a|b', '', 'con', 'x/', ' lead/x', 'n'.repeat(256), 'long/'.repeat(90)]
    const { code, stdout, stderr } = await run(`${bad.join('\n')}\n`)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    const reported = stderr.split('\n').filter((line) => line.startsWith('line '))
    expect(reported.map((line) => line.slice(0, 7))).toEqual([
      'line 2:',
      'line 4:',
      'line 6:',
      'line 7:',
      'line 8:',
    ])
    expect(stderr).toContain('5 of 7 lines are not valid folder paths, so nothing was created.')
    expect(await at.requests()).toEqual([])
  })

  it('is refused if it is not UTF-8, or has a line that does not end', async () => {
    const file = join(at.world.dir, 'latin1.txt')
    writeFileSync(file, Buffer.concat([Buffer.from('good\n'), Buffer.from([0x63, 0x61, 0x66, 0xe9, 10])]))
    const latin = await at.world.run(['mkdir', '--from-file', file])
    expect(latin.code).toBe(2)
    expect(latin.stderr).toContain('line 2: The line is not valid UTF-8.')
    const endless = await run(`ok\n${'x'.repeat(3_000_000)}\nok|\n`)
    expect(endless.stderr).toContain('line 2: The line is too long to be a path.')
    expect(endless.stderr).toContain('line 3: ')
    expect(await at.requests()).toEqual([])
  })

  it('has its first bad lines reported and the others counted, also in JSON', async () => {
    const lines = Array.from({ length: 1_000 }, () => 'a?b')
    const { code, stderr } = await makeMany(at.world, lines)
    expect(code).toBe(2)
    expect(stderr.split('\n').filter((line) => line.startsWith('line '))).toHaveLength(20)
    expect(stderr).toContain('… and 980 more')
    const json = await makeManyInJson(at.world, lines)
    expect(jsonError(json.stderr)).toMatchObject({ kind: 'usage', exitCode: 2 })
    expect(jsonError(json.stderr).message).toMatch(
      /^1,000 of 1,000 lines .* line 1: .* line 20: .* and 980 more$/,
    )
  })

  it('is a usage error if it does not exist or is not a file', async () => {
    for (const file of ['/nowhere/list', at.world.dir]) {
      const { code, stderr } = await at.world.run(['mkdir', '--from-file', file])
      expect(code).toBe(2)
      expect(stderr).toMatch(/^od-link: The list ".*" cannot be read \((ENOENT|EISDIR)\)\.\n/)
    }
  })

  it('is only checked and printed by --dry-run, which needs neither a link nor a network', async () => {
    const input = 'd/b\nd/a/x\nD/B\n'
    const env = { OD_LINK_CONFIG_DIR: join(at.world.dir, 'nothing') }
    const { code, stdout, stderr } = await at.world.run(['mkdir', '--from-file', '-', '--dry-run'], {
      input,
      env,
    })
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/d/b\n/d/a/x\n' })
    expect(stderr).toContain('2 folders, plus 2 parents, would be created if missing. Nothing was sent.\n')
    const bad = await run('a|b\n', '--dry-run')
    expect(bad.code).toBe(2)
    const json = await run(input, '--dry-run', '--json')
    expect(
      json.stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { path: '/d/b', name: 'b', status: 'wanted' },
      { path: '/d/a/x', name: 'x', status: 'wanted' },
      { summary: { folders: 2, parents: 2, dryRun: true } },
    ])
    expect(await at.requests()).toEqual([])
  })
})

describe('a list with lines that are not valid paths', () => {
  const at = useLinked()
  beforeEach(() => at.forgetRequests())
  const bad = ['', 'ok/a', 'a|b', 'ok/b', '# c?']
  const reported = [
    'line 3: OneDrive does not accept the name "a|b": it contains "|".',
    'line 5: OneDrive does not accept the name "# c?": it contains "?".',
  ]
  const skipped = '2 lines were skipped, because they are not valid folder paths.'

  it('is refused, and the next step leaves them out', async () => {
    const file = join(at.world.dir, 'list.txt')
    writeFileSync(file, bad.join('\n'))
    const refused = await at.world.run(['mkdir', '--from-file', file, '/fixed'])
    expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 2, stdout: '' })
    const [first, second, sentence, fix, skip] = refused.stderr.split('\n')
    expect([first, second]).toEqual(reported)
    expect(sentence).toBe('od-link: 2 of 4 lines are not valid folder paths, so nothing was created.')
    expect(fix).toBe('  next: Fix these lines and try again.')
    expect(skip).toMatch(/^ {8}Or leave them out: od-link mkdir --from-file \S+ --skip-invalid \/fixed$/)
    const next = await at.world.run(['mkdir', '--from-file', file, '--skip-invalid', '/fixed'])
    expect({ code: next.code, lines: next.stdout.split('\n').sort() }).toEqual({
      code: 0,
      lines: ['', '/fixed/ok/a', '/fixed/ok/b'],
    })
  })

  it('is created without them by --skip-invalid, which lists them', async () => {
    const { code, lines, stderr } = await makeMany(at.world, bad, '--skip-invalid')
    expect({ code, lines: lines.sort() }).toEqual({ code: 0, lines: ['/ok/a', '/ok/b'] })
    const [first, second, sentence, ...more] = stderr.split('\n')
    expect([[first, second], more]).toEqual([reported, ['']])
    expect(sentence).toMatch(/^✓ All 2 folders exist \(2 created, plus 1 parent; [\d.]+ s\)\. 2 lines /)
    expect(sentence?.endsWith(` ${skipped}`)).toBe(true)
    expect(await below(at, '/ok')).toEqual(['/ok', '/ok/a', '/ok/b'])
    expect((await makeMany(at.world, ['ok/a', 'a|b'], '--skip-invalid')).stderr).toContain(
      '1 line was skipped, because it is not a valid folder path.\n',
    )
    const quiet = await makeMany(at.world, bad, '--skip-invalid', '--quiet')
    expect({ code: quiet.code, stderr: quiet.stderr }).toEqual({
      code: 0,
      stderr: `${reported.join('\n')}\n`,
    })
  })

  it('has them listed and counted in JSON, also where there are none', async () => {
    const some = await makeManyInJson(at.world, bad, '--skip-invalid')
    expect(some).toMatchObject({ code: 0, stderr: '', summary: { folders: 2, failed: 0, invalid: 2 } })
    expect(some.folders).toHaveLength(2)
    const why = reported.map((line) => line.replace(/^line \d: /, ''))
    expect(some.invalid).toEqual([
      { status: 'invalid', line: 3, text: 'a|b', reason: why[0] },
      { status: 'invalid', line: 5, text: '# c?', reason: why[1] },
    ])
    const broken = await makeManyInJson(at.world, ['x'.repeat(70_000)], '--skip-invalid', '--dry-run')
    expect(broken.invalid).toMatchObject([
      { line: 1, text: null, reason: expect.stringContaining('too long') },
    ])
    expect((await makeManyInJson(at.world, ['ok'], '--skip-invalid')).summary).toMatchObject({ invalid: 0 })
  })

  it('is checked without them by --dry-run', async () => {
    const { code, lines, stderr } = await makeMany(at.world, bad, '--skip-invalid', '--dry-run')
    expect({ code, lines, stderr: stderr.split('\n') }).toEqual({
      code: 0,
      lines: ['/ok/a', '/ok/b'],
      stderr: [
        ...reported,
        `2 folders, plus 1 parent, would be created if missing. ${skipped} Nothing was sent.`,
        '',
      ],
    })
    const { summary } = await makeManyInJson(at.world, bad, '--skip-invalid', '--dry-run')
    expect(summary).toEqual({ folders: 2, parents: 1, invalid: 2, dryRun: true })
    expect(await at.requests()).toEqual([])
  })

  it('creates nothing where no line is valid, and skipping is not offered', async () => {
    const none = ['a|b', 'c?']
    const { code, lines, stderr } = await makeMany(at.world, none, '--skip-invalid')
    expect({ code, lines }).toEqual({ code: 0, lines: [] })
    expect(stderr.split('\n').slice(2)).toEqual([`Nothing was created. ${skipped}`, ''])
    const refused = await makeMany(at.world, none)
    expect(refused.code).toBe(2)
    expect(refused.stderr).not.toContain('--skip-invalid')
    expect(await at.requests()).toEqual([])
  })
})

describe('a mkdir --from-file with contradicting arguments', () => {
  const at = useLinked()

  it.each([
    [['--from-file', '-', '/a', 'b'], 'Unexpected argument "b"'],
    [['--from-file', '-', '/a|b'], 'it contains "|"'],
    [['--from-file', '-', '--on-conflict', 'rename'], '--on-conflict rename cannot be used with --from-file'],
    [['--from-file', '-', '--jobs', '0'], '--jobs takes a whole number from 1 to 64'],
    [['--from-file', '-', '--jobs', 'many'], '--jobs takes a number'],
    [
      ['--from-file', '-', '--all-accounts', '--account', 'ada@contoso.example'],
      '--all-accounts cannot be used with --account',
    ],
    [['--from-file', '-', '--account', 'nobody'], 'nobody'],
    [['/', 'x', '--dry-run'], '--dry-run needs --from-file'],
    [['/', 'x', '-0'], '--null needs --from-file'],
    [['/', 'x', '--skip-invalid'], '--skip-invalid needs --from-file'],
    [['/', 'x', '--all-accounts'], '--all-accounts needs --from-file'],
    [['/', 'x', '--account', 'a', '--account', 'b'], 'Several accounts need --from-file'],
  ])('%j is refused before anything is sent', async (args, what) => {
    await at.forgetRequests()
    const { code, stdout, stderr } = await at.world.run(['mkdir', ...args], { input: 'never\n' })
    expect({ code, stdout }).toEqual({ code: args.includes('nobody') ? 4 : 2, stdout: '' })
    expect(stderr).toContain(what)
    expect(stderr).toMatch(/next: \S/)
    expect(await at.requests()).toEqual([])
  })
})
