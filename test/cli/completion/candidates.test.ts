import { describe, expect, it } from 'vitest'
import { odLink } from '../../helpers/program/od-link.ts'

/** These completions need no settings. */
const env = { OD_LINK_CONFIG_DIR: '/dev/null/nowhere' }
const answer = async (shell: string, ...asked: string[]) => {
  const { code, stdout, stderr } = await odLink(['__complete', shell, ...asked], { env })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout.split('\n').filter(Boolean)
}
const words = async (line: string) =>
  (await answer('fish', line)).slice(1).map((candidate) => candidate.split('\t')[0])

describe('what can be completed', () => {
  it.each([
    ['od-link st', ['status', 'store']],
    ['OD_LINK_ACCOUNT=x od-link st', ['status', 'store']],
    ['od-link --v', ['--version']],
    ['od-link config ', ['get', 'set', 'unset', 'list']],
    ['od-link config set client', ['client-id', 'client-secret']],
    ['od-link completion ', ['bash', 'zsh', 'fish', 'powershell']],
    ['od-link store move --to h', ['helper:']],
    ['od-link login --cloud ', ['global', 'usgov', 'dod', 'china']],
    ['od-link login --cloud=d', ['--cloud=dod']],
    ['od-link help s', ['setup', 'status', 'share', 'store', 'sandbox', 'scripts']],
    ['od-link explain aadsts70001', ['AADSTS70001', 'AADSTS700011', 'AADSTS700016', 'AADSTS7000112']],
    ['od-link mkdir /a b', []],
    ['od-link nonsense --', []],
    ['od-link status extra --ch', ['--check']],
    ['od-link status -- --ch', []],
  ])('%s: %j', async (line, expected) => {
    expect(await words(line)).toEqual(expected)
  })

  it('offers a flag only once, unless it can be repeated', async () => {
    const flags = await words('od-link mkdir --json -p -a work --')
    for (const gone of ['--json', '--parents']) expect(flags).not.toContain(gone)
    expect(flags).toContain('--account')
    expect(flags).toContain('--help')
  })

  it('offers the flags for a list only with a list', async () => {
    expect(await words('od-link mkdir --dr')).toEqual([])
    expect(await words('od-link mkdir --from-file x --dr')).toEqual(['--dry-run'])
  })

  it('leaves files to the shell', async () => {
    expect(await answer('zsh', 'mkdir', '--from-file', '')).toEqual(['files'])
    expect(await answer('powershell', '=mkdir', '=--from-file', '=')).toEqual(['{"files":true}'])
  })
})

describe('PowerShell', () => {
  it.each([
    [['=st'], ['status', 'store']],
    [['=status', '=--account=', '=--ch'], ['--check']],
    [["='st"], ['status', 'store']],
    [['="st'], ['status', 'store']],
  ])('asks with %j', async (asked, expected) => {
    const [line = ''] = await answer('powershell', ...asked)
    const { candidates } = JSON.parse(line)
    expect(candidates.map(({ insert }: { insert: string }) => insert)).toEqual(expected)
  })
})

describe('od-link completion', () => {
  it.each(['bash', 'zsh', 'fish', 'powershell'])(
    'prints a script for %s that says how to install it',
    async (shell) => {
      const { code, stdout, stderr } = await odLink(['completion', shell])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toMatch(new RegExp(`^#.*od-link completion ${shell}`, 'm'))
      expect(stdout).toContain(`od-link __complete ${shell} `)
    },
  )

  it('has no other shells', async () => {
    const { code, stderr } = await odLink(['completion', 'bsh'])
    expect(code).toBe(2)
    expect(stderr).toContain('Expected bash, zsh, fish or powershell, not "bsh"')
  })
})
