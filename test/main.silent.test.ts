import { describe, expect, it } from 'vitest'
import { hasKeyring } from './helpers/keychain/keyring.ts'
import { useLinked } from './helpers/program/linked.ts'

/** Newer releases of Node warn on stderr of what older ones let pass; scripts would read that as trouble. */
describe.runIf(hasKeyring())('every command, with a real keychain', () => {
  const at = useLinked({ store: 'keychain' })
  const run = (...args: string[]) =>
    at.world.run(args, { env: { NODE_OPTIONS: '--throw-deprecation --pending-deprecation' } })

  it.each([
    '--version',
    '--help',
    'config set tenant common',
    'config list',
    'mkdir /a',
    'mkdir -p /a/b/c --json',
    'token',
    'use ada@contoso.example --json',
    'status',
    'status --check --json',
  ])('od-link %s says nothing on stderr', async (line) => {
    expect(await run(...line.split(' '))).toMatchObject({ code: 0, stderr: '' })
  })

  it('nor when a token is renewed on the way', async () => {
    await at.sandbox.control('POST', 'expire')
    await at.forgetRequests()
    expect(await run('mkdir', '/renewed')).toMatchObject({ code: 0, stdout: '/renewed\n', stderr: '' })
    expect((await at.requests('token')).map(({ status }) => status)).toEqual([200])
  })

  it('nor at the end and a new beginning', async () => {
    expect(await run('logout', '--all', '--json')).toMatchObject({ code: 0, stderr: '' })
    const { code, stdout, stderr } = await run('login', '--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('"event":"linked"')
    expect(await run('mkdir', '/again')).toMatchObject({ code: 0, stderr: '' })
  })
})
