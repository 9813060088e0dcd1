import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ContentHost, sha256Of, startContentHost } from '../helpers/microsoft/content-host.ts'
import { giveTo, makeShared, neighbour, runAs, symlinkProtection, victim } from '../helpers/neighbours.ts'
import { useLinked } from '../helpers/program/linked.ts'
import { canBeAnother } from '../helpers/system/another-user.ts'

const before = canBeAnother('what a neighbour can plant') ? symlinkProtection() : undefined
const folders = [
  ['a folder of a group', 0o2775],
  ['a sticky folder', 0o1777],
] as const
const kernels = before?.set ? ['0', '1'] : ['as it is']
const secret = 'what nobody else may read\n'

describe.runIf(before)('a download into a folder that others write to', () => {
  const at = useLinked()
  let host: ContentHost
  let number = 0
  /** Where only the victim can look. */
  let home: string
  let diary: string
  let folder: string
  let file: string
  const path = '/me/drive/root:/f:/content'

  beforeAll(async () => {
    host = await startContentHost()
    chmodSync(at.world.dir, 0o755)
    home = join(at.world.dir, 'home')
    mkdirSync(home, { mode: 0o700 })
    giveTo(victim, join(at.world.dir, 'settings'))
    giveTo(victim, home)
  })
  afterAll(async () => {
    before?.set?.(before.value)
    await host?.stop()
  })
  const prepare = async (mode: 0o2775 | 0o1777, kernel: string) => {
    before?.set?.(kernel === 'as it is' ? before.value : kernel)
    await at.calm()
    number += 1
    folder = join(at.world.dir, `shared ${number}`)
    makeShared(folder, mode)
    file = join(folder, 'report.pdf')
    diary = join(home, `diary ${number}`)
    writeFileSync(diary, secret, { mode: 0o600 })
    chownSync(diary, victim.uid, victim.uid)
    Object.assign(host, { seen: [], cuts: [], answers: [], delayMs: 0 })
    host.content = { size: 500_003, seed: number, etag: `"{A},${number}"` }
    await at.weather(
      `GET /v1.0${path}`,
      { status: 302, headers: { location: `${host.origin}/download/f` } },
      20,
    )
  }
  const { through } = victim
  const args = () => ['api', path, '--output', file]
  const download = () => at.world.run(args(), { through, timeoutMs: 20_000 })
  const part = () => `${file}.part`
  const note = () => `${part()}.etag`
  const hashOf = (name: string) => createHash('sha256').update(readFileSync(name)).digest('hex')
  /** The account's id and the path, as a colleague can know them from a part of their own. */
  const content = () => {
    const { accounts } = JSON.parse(readFileSync(join(at.world.dir, 'settings', 'accounts.json'), 'utf8'))
    return `${Object.keys(accounts)[0] ?? accounts[0].id} /v1.0${path}`
  }
  /** The file is the true one and the victim's own, and the private one is as it was. */
  const isSound = () => {
    expect(readFileSync(diary, 'utf8')).toBe(secret)
    expect(statSync(diary).mode & 0o777).toBe(0o600)
    expect(lstatSync(file)).toMatchObject({ uid: victim.uid, nlink: 1, size: host.content.size })
    expect(hashOf(file)).toBe(sha256Of(host.content.seed, host.content.size))
    expect(host.seen.map(({ headers }) => headers.range)).toEqual([undefined])
  }
  const plantNote = (text = `${content()}\n${host.content.etag}\n`) =>
    runAs(neighbour, 'printf %s "$2" > "$1"', note(), text)
  const plantLink = (name: string, target: string) => runAs(neighbour, 'ln -s "$2" "$1"', name, target)

  const plans: [what: string, plant: () => void][] = [
    [
      'a link to a private file under the name of the part, and a note',
      () => {
        plantLink(part(), diary)
        plantNote()
      },
    ],
    ['a link to a private file under the name of the note', () => plantLink(note(), diary)],
    [
      'links to nothing, where the victim may create files',
      () => {
        plantLink(part(), join(home, 'created'))
        plantLink(note(), join(home, 'created too'))
      },
    ],
    [
      'the beginning of another content, and a note',
      () => {
        runAs(neighbour, 'head -c 1000 /dev/zero > "$1"; chmod 666 "$1"', part())
        plantNote()
      },
    ],
    [
      'the same, with a note that says all of the part',
      () => {
        runAs(neighbour, 'head -c 1000 /dev/zero > "$1"; chmod 600 "$1"', part())
        const { dev, ino, birthtimeNs } = lstatSync(part(), { bigint: true })
        plantNote(`${content()}\n${host.content.etag}\n${dev} ${ino} ${birthtimeNs}\n`)
      },
    ],
    [
      'a second name of a private file, and a note',
      () => {
        // As a neighbour may where fs.protected_hardlinks is off.
        linkSync(diary, part())
        plantNote()
      },
    ],
    ['pipes that nobody reads', () => runAs(neighbour, 'mkfifo -m 666 "$1" "$2"', part(), note())],
    ['folders that are not empty', () => runAs(neighbour, 'mkdir -p "$1/x" "$2/x"', part(), note())],
  ]
  const cases = folders.flatMap(([where, mode]) =>
    kernels.flatMap((kernel) => plans.map(([what, plant]) => ({ where, mode, kernel, what, plant }))),
  )

  it.each(cases)('is not led astray in $where, protected_symlinks $kernel, by $what', async (plan) => {
    await prepare(plan.mode, plan.kernel)
    plan.plant()
    const planted = readdirSync(folder)
    const outcome = await download()
    expect(outcome).toMatchObject({ code: 0, stdout: '', stderr: '' })
    isSound()
    // What may be a colleague's own stays, and nothing else does.
    expect(readdirSync(folder)).toEqual(['report.pdf', ...planted])
    expect(readdirSync(home).filter((name) => name.startsWith('created'))).toEqual([])
  })

  it.each(folders.flatMap(([where, mode]) => kernels.map((kernel) => ({ where, mode, kernel }))))(
    'does not write through a link or into a pipe of a neighbour in $where, protected_symlinks $kernel',
    async ({ mode, kernel }) => {
      await prepare(mode, kernel)
      const refused = async (what: string) => {
        const outcome = await download()
        expect(outcome).toMatchObject({ code: 2, stdout: '' })
        expect(outcome.stderr).toContain(what)
        expect(readFileSync(diary, 'utf8')).toBe(secret)
        expect(host.seen).toEqual([])
        rmSync(file)
      }
      plantLink(file, diary)
      await refused('is a link that another user may have put there.')
      plantLink(file, join(home, 'created'))
      await refused('is a link that another user may have put there.')
      expect(existsSync(join(home, 'created'))).toBe(false)
      runAs(neighbour, 'mkfifo -m 666 "$1"', file)
      await refused('is a pipe that another user may have put there.')
      // As a neighbour may where fs.protected_hardlinks is off: a second name of a link of the victim's own.
      runAs(victim, 'ln -s "$2" "$1"', join(home, `link ${number}`), diary)
      linkSync(join(home, `link ${number}`), file)
      await refused('is a link that another user may have put there.')
    },
  )

  it('is not led away by a folder that a neighbour replaced with a link', async () => {
    await prepare(0o2775, kernels[0] as string)
    plantLink(join(folder, 'out'), home)
    file = join(folder, 'out', 'report.pdf')
    writeFileSync(join(home, 'report.pdf'), secret)
    const outcome = await download()
    expect(outcome.code).toBe(2)
    expect(outcome.stderr).toContain(`leads through a link (${join(folder, 'out')})`)
    expect(readFileSync(join(home, 'report.pdf'), 'utf8')).toBe(secret)
  })

  it('follows links of one’s own there, and of whoever owns the folder on the way', async () => {
    await prepare(0o2775, kernels[0] as string)
    const real = join(home, `real ${number}`)
    runAs(victim, 'ln -s "$2" "$1"', file, real)
    expect((await download()).code).toBe(0)
    expect(readlinkSync(file)).toBe(real)
    expect(hashOf(real)).toBe(sha256Of(host.content.seed, host.content.size))
    const theirs = join(at.world.dir, `theirs ${number}`)
    mkdirSync(theirs)
    giveTo(neighbour, theirs)
    plantLink(join(theirs, 'current'), folder)
    file = join(theirs, 'current', 'other.pdf')
    expect((await download()).code).toBe(0)
    expect(hashOf(join(folder, 'other.pdf'))).toBe(hashOf(real))
  })

  /** Breaks off a download in the middle. */
  const interrupted = async () => {
    host.delayMs = 50
    const running = at.world.start(args(), { through })
    await expect
      .poll(() => existsSync(part()) && statSync(part()).size > 100_000, { timeout: 20_000 })
      .toBe(true)
    return running
  }

  it('continues its own partial file there, and not a private file that a neighbour gave its name', async () => {
    await prepare(0o2775, kernels[0] as string)
    for (const isSwapped of [false, true]) {
      const running = await interrupted()
      running.child.kill('SIGINT')
      const { code, stderr } = await running.ended
      expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringContaining('continues after') })
      const kept = statSync(part()).size
      if (isSwapped) {
        runAs(victim, 'umask 077; echo "$2" > "$1"', join(folder, 'private'), secret)
        runAs(neighbour, 'mv "$1" "$2"', join(folder, 'private'), part())
      }
      Object.assign(host, { seen: [], delayMs: 0 })
      expect((await download()).code).toBe(0)
      expect(hashOf(file)).toBe(sha256Of(host.content.seed, host.content.size))
      expect(host.seen.map(({ headers }) => headers.range)).toEqual([
        isSwapped ? undefined : `bytes=${kept}-`,
      ])
    }
  })

  it('is not replaced at its end by what a neighbour put in the place of the part', async () => {
    await prepare(0o2775, kernels[0] as string)
    const running = await interrupted()
    runAs(neighbour, 'mv "$1" "$1.gone"; echo false > "$1"', part())
    const { code, stderr } = await running.ended
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('another program replaced') })
    expect(existsSync(file)).toBe(false)
    expect(statSync(`${part()}.gone`).mode & 0o777).toBe(0o600)
  })

  it('does not take over the permissions of a file that a neighbour laid there', async () => {
    await prepare(0o2775, kernels[0] as string)
    runAs(neighbour, 'umask 0; echo > "$1"', file)
    expect((await download()).code).toBe(0)
    isSound()
    expect(statSync(file).mode & 0o777).toBe(0o666 & ~process.umask())
    runAs(neighbour, 'rm "$1"; umask 077; echo > "$1"', file)
    host.seen.length = 0
    expect((await download()).code).toBe(0)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })
})

describe.runIf(before)('the state file of a sandbox in a folder that others write to', () => {
  const at = useLinked()
  beforeEach(() => chmodSync(at.world.dir, 0o755))

  it.each(folders)('is written whatever a neighbour laid beside it in %s', async (_, mode) => {
    const folder = join(at.world.dir, `state ${mode}`)
    makeShared(folder, mode)
    const state = join(folder, 'state.json')
    runAs(victim, 'umask 027; echo \'{"version":1,"drives":{}}\' > "$1"', state)
    // No process has such a number: it looks like the draft of a sandbox that was killed.
    runAs(neighbour, 'echo > "$1.4194305.deadbeef"; mkdir "$1.4194306.deadbeef"', state)
    const running = at.world.start(['sandbox', '--json', '--state', state], { through: victim.through })
    const [line] = await running.seen(/^\{.*\}$/m)
    const { origin, controlToken } = JSON.parse(line)
    expect(controlToken).toBeTypeOf('string')
    const env = { OD_LINK_AUTHORITY_HOST: origin, OD_LINK_GRAPH_HOST: origin }
    const config = join(at.world.dir, `other ${mode}`)
    for (const args of [['login'], ['mkdir', '/', 'Reports']]) {
      const outcome = await at.world.run(args, { env: { ...env, OD_LINK_CONFIG_DIR: config } })
      expect(outcome).toMatchObject({ code: 0 })
    }
    running.child.kill('SIGTERM')
    expect((await running.ended).code).toBe(143)
    expect(readFileSync(state, 'utf8')).toContain('Reports')
    expect(lstatSync(state)).toMatchObject({ uid: victim.uid })
    expect(statSync(state).mode & 0o777).toBe(0o640)
    expect(readdirSync(dirname(state))).toEqual([
      'state.json',
      'state.json.4194305.deadbeef',
      'state.json.4194306.deadbeef',
    ])
  })
})
