import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { azCommand } from '../../../src/registration/portal-steps.ts'
import { strange, useNotSetUp } from '../../helpers/program/setup.ts'
import { kept } from '../../helpers/program/world-files.ts'
import { putProgram } from '../../helpers/system/put-program.ts'

const at = useNotSetUp()

describe('od-link setup --az', () => {
  /** Runs the command in a shell in which `az` writes down its arguments. */
  async function run(...flags: string[]): Promise<{ printed: string; calls: string[][] }> {
    const { code, stdout } = await at.setup(['--az', ...flags])
    expect(code).toBe(0)
    const bin = join(at.world.dir, 'bin')
    mkdirSync(bin)
    const notes = join(at.world.dir, 'az.notes')
    putProgram(
      join(bin, 'az'),
      `printf '%s\\n' "$@" -- >> '${notes}'
case "$*" in *'--query appId'*) echo ${strange};; *) echo the-secret;; esac`,
    )
    const PATH = `${bin}:/usr/bin:/bin`
    const printed = execFileSync('sh', ['-c', stdout], { env: { PATH }, encoding: 'utf8' })
    const calls = readFileSync(notes, 'utf8').split('\n--\n').filter(Boolean)
    return { printed, calls: calls.map((call) => call.split('\n')) }
  }
  const common = ['ad', 'app', 'create', '--display-name', 'od-link', '--query', 'appId', '--output', 'tsv']
  const audience = (name: string) => ['--sign-in-audience', name, '--requested-access-token-version', '2']

  it('prints a command that makes a public client and prints its id', async () => {
    const { printed, calls } = await run()
    expect(printed).toBe(`${strange}\n`)
    expect(calls).toEqual([
      [
        ...common,
        ...audience('AzureADandPersonalMicrosoftAccount'),
        ...['--public-client-redirect-uris', 'http://localhost', '--is-fallback-public-client', 'true'],
      ],
    ])
  })

  it('prints a command that makes a "Web" app and its secret', async () => {
    const uri = "http://localhost:5000/it's;here"
    const { printed, calls } = await run('--kind', 'web', '--tenant', 'contoso.com', '--redirect-uri', uri)
    expect(printed).toBe(`${strange}\nthe-secret\n`)
    const reset = ['ad', 'app', 'credential', 'reset', '--id', strange, '--display-name', 'od-link']
    expect(calls).toEqual([
      [...common, ...audience('AzureADMyOrg'), '--web-redirect-uris', uri],
      [...reset, '--query', 'password', '--output', 'tsv'],
    ])
  })

  it('has a form for PowerShell', () => {
    const wanted = {
      cloud: 'global',
      kind: 'web',
      audience: 'single',
      redirectUri: "http://localhost/it's",
    } as const
    expect(
      azCommand(wanted, 'powershell').join('\n'),
    ).toBe(`$id = az ad app create --display-name od-link --query appId --output tsv \`
  --sign-in-audience AzureADMyOrg \`
  --requested-access-token-version 2 \`
  --web-redirect-uris 'http://localhost/it''s'
$id
az ad app credential reset --id $id --display-name od-link \`
  --query password --output tsv`)
  })

  it.each([
    [['--tenant', 'consumers'], 'PersonalMicrosoftAccount', /^$/],
    [['--tenant', 'organizations'], 'AzureADMultipleOrgs', /^$/],
    [['--cloud', 'usgov'], 'AzureADMultipleOrgs', /az cloud set --name AzureUSGovernment/],
    [['--cloud', 'dod'], 'AzureADMultipleOrgs', /az cloud set --name AzureUSGovernment/],
    [['--cloud', 'china'], 'AzureADMultipleOrgs', /az cloud set --name AzureChinaCloud/],
  ])('is for whom %j says', async (flags, name, talk) => {
    const { stdout, stderr } = await at.setup(['--az', ...flags])
    expect(stdout).toContain(`--sign-in-audience ${name} `)
    expect(stderr).toMatch(talk)
  })
})

describe('od-link setup --steps', () => {
  it.each([
    [[], 'https://entra.microsoft.com >', 'Any Entra ID Tenant + Personal Microsoft accounts'],
    [['--cloud', 'usgov'], 'https://entra.microsoft.us >', 'Multiple Entra ID tenants'],
    [['--cloud', 'dod', '--kind', 'web'], 'https://entra.microsoft.us >', 'Multiple Entra ID tenants'],
    [['--cloud', 'china'], 'https://entra.microsoftonline.cn >', 'Multiple Entra ID tenants'],
    [['--tenant', 'contoso.com'], 'https://entra.microsoft.com >', 'Single tenant only'],
    [['--tenant', 'consumers'], 'https://entra.microsoft.com >', 'Personal accounts only'],
  ])('prints the way for %j, in lines that fit a terminal', async (flags, portal, accounts) => {
    const { code, stdout, stderr } = await at.setup(['--steps', ...flags])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^The portal wants a work or school account, or a personal account that has a/)
    for (const words of [portal, accounts, 'Application (client) ID']) expect(stdout).toContain(words)
    const secretStep = 'Certificates & secrets > Client secrets > New client secret'
    expect(stdout.includes(secretStep)).toBe(flags.includes('web'))
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  it('needs nothing on this machine', async () => {
    const { code, stdout } = await at.world.run(['setup', '--steps'], { env: { OD_LINK_STORE: 'keychain' } })
    expect({ code, lines: stdout.split('\n').length > 10 }).toEqual({ code: 0, lines: true })
    expect(kept(at.world)).toEqual({})
  })
})
