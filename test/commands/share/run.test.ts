import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { useLinked } from '../../helpers/program/linked.ts'

describe('od-link share', () => {
  const at = useLinked()
  const share = (...args: string[]) => at.world.run(['share', ...args])
  beforeAll(async () => {
    await at.putFile('/report.pdf')
    await at.world.run(['mkdir', '/Reports'])
  })
  beforeEach(() => at.calm())

  it('prints the URL, and says who can open it', async () => {
    const { code, stdout, stderr } = await share('/report.pdf')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^https?:\/\/\S+\n$/)
    expect(stderr).toBe('Anyone in your organization with the link can view it.\n')
    expect((await share('/report.pdf')).stdout).toBe(stdout)
    expect((await share('/Reports', '--edit')).stderr).toContain('can view and change it.')
    const anyone = await share('/report.pdf', '--anyone')
    expect(anyone.stderr).toBe('Anyone with the link can view it.\n')
    expect(anyone.stdout).not.toBe(stdout)
  })

  it('sends an end, and tells the one that OneDrive gives it', async () => {
    const { code, stdout } = await share('/report.pdf', '--organization', '--expires', '2099-01-31', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ path: '/report.pdf', type: 'view', scope: 'organization' })
    expect(JSON.parse(stdout).expires).toMatch(/^2099-0[12]-\d\dT\d\d:59:59Z$/)
    const link = { link: { type: 'view', scope: 'anonymous', webUrl: 'https://1drv.example/x' } }
    await at.weather('POST /v1.0/me/drive', { status: 201, body: link })
    expect((await share('/report.pdf', '--expires', '30d')).stderr).toContain(
      'did not confirm when it expires',
    )
  })

  it.each(['yesterday', '2020-01-01', '2027-02-31', '0d', '30'])('refuses the end %s', async (text) => {
    const { code, stderr } = await share('/report.pdf', '--expires', text)
    expect(code).toBe(2)
    expect(stderr).toContain('--expires 30d')
  })

  it('says what else may be allowed when the organization forbids it', async () => {
    const body = { error: { code: 'accessDenied', message: 'Sharing has been disabled on this site.' } }
    await at.weather('POST /v1.0/me/drive', { status: 403, body })
    const { code, stdout, stderr } = await share('/report.pdf', '--anyone', '--edit')
    expect([code, stdout]).toEqual([9, ''])
    expect(stderr).toContain('Sharing has been disabled on this site.')
    expect(stderr).toContain('od-link share --edit --organization /report.pdf')
  })

  it('believes no URL that is none, and finds nothing where nothing is', async () => {
    for (const webUrl of ['javascript:alert(1)', 'https://a b', '', 7]) {
      const link = { link: { type: 'view', scope: 'anonymous', webUrl } }
      await at.weather('POST /v1.0/me/drive', { status: 201, body: link })
      expect(await share('/report.pdf')).toMatchObject({ code: 6, stdout: '' })
    }
    expect((await share('/nothing')).code).toBe(8)
  })
})
