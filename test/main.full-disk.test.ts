import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { jsonError, useLinked } from './helpers/program/linked.ts'
import { hasRealPart } from './helpers/system/real-part.ts'

/** Each way to change something. `%` is a new name; afterwards the drive has it, where it is a part of the command. */
const changing: string[][] = [
  ['mkdir', '/%'],
  ['mkdir', '-p', '/%/below', '--json'],
  ['mkdir', '--from-file', 'LIST'],
  ['api', '--upload', 'CONTENT', '/me/drive/root:/%:/content'],
  ['api', '-X', 'PUT', '--input', 'CONTENT', '/me/drive/root:/%:/content'],
  ['api', '/me/drive/root/children', '-f', 'name=%', '-F', 'folder={}', '--include'],
  ['api', '-X', 'PATCH', '/me/drive/root:/changed', '-f', 'description=%'],
  ['api', '-X', 'DELETE', '/me/drive/root:/deleted', '--include'],
  ['upload', 'CONTENT', '/%'],
  ['share', '/changed'],
  ['config', 'set', 'tenant', 'common'],
  ['use', 'ada@contoso.example', '--json'],
  ['login', '--account', 'ada@contoso.example'],
  ['login', '--account', 'ada@contoso.example', '--json'],
]

/** What only prints. */
const printing: string[][] = [
  ['status'],
  ['status', '--json'],
  ['token'],
  ['api', '/me/drive/root'],
  ['api', '--paginate', '/me/drive/root/children'],
  ['api', '/me/drive/root:/content:/content', '--output', '-'],
  ['mkdir', '--from-file', 'LIST', '--dry-run'],
  ['ls'],
  ['download', '/content', '-'],
  ['drive', 'list', '--json'],
  ['config', 'list'],
  ['config', 'get', 'store', '--json'],
  ['doctor', '--offline'],
  ['explain', 'AADSTS50076'],
  ['completion', 'bash'],
  ['help', 'scripts'],
  ['mkdir', '--help'],
  ['--help'],
  ['--version'],
]

describe.runIf(hasRealPart('bash', 'a full disk'))('when stdout is a full disk', () => {
  const at = useLinked()
  const inWorld = (name: string) => join(at.world.dir, name)
  let count = 0
  const run = (words: string[]) => {
    const name = `full-${++count}`
    writeFileSync(inWorld('list'), `/${name}\n`)
    const args = words.map((word) =>
      word.replace('%', name).replace('LIST', inWorld('list')).replace('CONTENT', inWorld('content')),
    )
    return { name, ended: at.world.run(args, { through: ['bash', '-c', '"$@" >/dev/full', 'bash'] }) }
  }
  const lost = /Couldn't write to standard output: the disk is full\./g

  beforeAll(async () => {
    writeFileSync(inWorld('content'), 'od-link')
    for (const name of ['changed', 'deleted', 'content']) await at.putFile(`/${name}`)
  })

  it.each(changing.map((words) => [words.join(' '), words] as const))(
    '%s has done its work',
    async (_, words) => {
      const { name, ended } = run(words)
      const { code, stderr } = await ended
      expect({ code, stderr }).toMatchObject({ code: 0 })
      expect(stderr.match(lost)?.length ?? 0, stderr).toBeLessThanOrEqual(1)
      if (words.join().match(/LIST|\/%|name=%/)) expect((await at.drive()).join()).toContain(name)
    },
  )

  it('what was done is done, and the lost output is reported', async () => {
    const { stderr } = await run(['mkdir', '/%']).ended
    expect(stderr).toMatch(lost)
    expect(stderr).toContain('The exit code still says whether the command succeeded.')
    expect((await at.drive()).join()).not.toContain('deleted')
  })

  it('a refusal keeps its exit code', async () => {
    expect((await run(['mkdir', '/changed']).ended).code).toBe(3)
    expect((await run(['api', '-X', 'DELETE', '/me/drive/root:/nothing', '--include']).ended).code).toBe(8)
  })

  it.each(printing.map((words) => [words.join(' '), words] as const))(
    '%s fails, since its output was all its work',
    async (_, words) => {
      const { code, stderr } = await run(words).ended
      expect({ code, lost: stderr.match(lost)?.length }).toEqual({ code: 1, lost: 1 })
    },
  )

  it('the error has a reason and says what to do', async () => {
    const { stderr } = await run(['status', '--json']).ended
    expect(jsonError(stderr)).toMatchObject({
      reason: 'output-lost',
      exitCode: 1,
      hint: expect.stringMatching(/space/),
    })
  })
})
