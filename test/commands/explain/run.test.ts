import { describe, expect, it } from 'vitest'
import { jsonError } from '../../helpers/program/linked.ts'
import { odLink } from '../../helpers/program/od-link.ts'

/** Nothing is there to be asked, and no setting can be read. */
const env = { OD_LINK_CONFIG_DIR: '/dev/null/nowhere', HTTPS_PROXY: 'http://127.0.0.1:1' }
const explain = (args: string[], input?: string) =>
  odLink(['explain', ...args], { env, ...(input === undefined ? {} : { input }) })

const pasted = `od-link: something
{"error":"invalid_client","error_description":"AADSTS7000218: The request body must contain client_assertion.\\r\\nTrace ID: 1","error_codes":[7000218,50011]}`

describe('od-link explain', () => {
  it.each([
    'AADSTS700016',
    'aadsts700016',
    '700016',
    'AADSTS700016: Application with identifier was not found',
  ])('explains cause and fix of %s without a request', async (code) => {
    const { code: exit, stdout, stderr } = await explain([code])
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(stdout).toMatch(/^AADSTS700016 {2}Microsoft does not know this client ID/)
    expect(stdout).toMatch(/\n {2}next: .*entra\.microsoft\.com/)
    expect(stdout).toContain('https://login.microsoftonline.com/error?code=700016')
  })

  it.each([
    ['accessDenied', "od-link login --scope 'User.Read Files.ReadWrite.All'"],
    ['namealreadyexists', '--on-conflict reuse'],
    ['activityLimitReached', '--max-wait 600'],
  ])('knows a code of Microsoft Graph: %s', async (code, cure) => {
    const { code: exit, stdout } = await explain([code])
    expect(exit).toBe(0)
    expect(stdout).toContain(cure)
  })

  it('finds every code in a pasted text, as an argument or on standard input', async () => {
    for (const { code, stdout } of [await explain([pasted]), await explain(['-'], pasted)]) {
      expect(code).toBe(0)
      expect(stdout.match(/^AADSTS\d+/gm)).toEqual(['AADSTS7000218', 'AADSTS50011'])
    }
  })

  it('takes several codes, and explains each once, also in JSON', async () => {
    const { code, stdout } = await explain(['50011', 'accessDenied', 'AADSTS50011', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({
        code: 'AADSTS50011',
        known: true,
        page: expect.stringContaining('code=50011'),
      }),
      expect.objectContaining({ code: 'accessDenied', known: true, page: null }),
    ])
  })

  it.each(['AADSTS999999', 'someNewCode'])(
    'says that it does not know %s, and where to look: exit 8',
    async (code) => {
      const { code: exit, stdout } = await explain([code])
      expect(exit).toBe(8)
      expect(stdout).toContain(`${code}  od-link does not know this code.`)
      expect(stdout).toMatch(
        /https:\/\/(login\.microsoftonline\.com\/error\?code=999999|learn\.microsoft\.com)/,
      )
    },
  )

  it('finds no code in a text without one: exit 2', async () => {
    const { code, stdout, stderr } = await explain(['it does not work', '--json'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(jsonError(stderr)).toMatchObject({
      kind: 'usage',
      hint: expect.stringContaining('od-link explain'),
    })
  })

  it('lists all that it knows, in 80 columns', async () => {
    const { code, stdout } = await explain([])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ {2}AADSTS65001 +You or an administrator/m)
    expect(stdout).toMatch(/^ {2}quotaLimitReached +There is no space/m)
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  it('shows nothing of a pasted text that could move the cursor', async () => {
    const { stdout } = await explain(['AADSTS50011 \u001b[2J\u001b]0;x\u0007'])
    expect(stdout).not.toMatch(/[\u0007\u001b]/)
  })
})
