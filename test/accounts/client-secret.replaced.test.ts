import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { changeRecord, recordFile, useLinked } from '../helpers/program/linked.ts'

const at = useLinked()
const record = () => JSON.parse(readFileSync(recordFile(at.world), 'utf8'))
const renewals = async () => (await at.requests('token')).map(({ status }) => status)

/** The link of a confidential client whose copy of the secret was replaced at Microsoft. */
beforeEach(async () => {
  const { webClientId, webClientSecret } = at.sandbox
  const env = { OD_LINK_CLIENT_ID: webClientId, OD_LINK_CLIENT_SECRET: webClientSecret }
  const flags = ['login', '--redirect-uri', 'http://localhost/post_onedrive']
  expect((await at.world.run(flags, { env })).code).toBe(0)
  const { registration } = record()
  changeRecord(at.world, { expiresAt: 0, registration: { ...registration, clientSecret: 'replaced' } })
  await at.world.run(['config', 'unset', 'client-secret'])
  await at.forgetRequests()
})

describe('a client secret that was replaced', () => {
  const saveSecret = async (secret: string, clientId: string) => {
    const env = { OD_LINK_CLIENT_ID: clientId }
    expect((await at.world.run(['config', 'set', 'client-secret'], { input: `${secret}\n`, env })).code).toBe(
      0,
    )
  }

  it('is the saved one from now on', async () => {
    await saveSecret(at.sandbox.webClientSecret, at.sandbox.webClientId)
    const env = { OD_LINK_CLIENT_ID: undefined }
    const { code, stderr } = await at.world.run(['mkdir', '-p', '/saved-secret'], { env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(await renewals()).toEqual([401, 200])
    expect(record().registration.clientSecret).toBe(at.sandbox.webClientSecret)
  })

  it('is the one of the environment from now on', async () => {
    const env = {
      OD_LINK_CLIENT_ID: at.sandbox.webClientId,
      OD_LINK_CLIENT_SECRET: at.sandbox.webClientSecret,
    }
    const { code, stderr } = await at.world.run(['mkdir', '-p', '/given-secret'], { env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(await renewals()).toEqual([401, 200])
    expect(record().registration.clientSecret).toBe(at.sandbox.webClientSecret)
  })

  it.each([
    ['there is no other', undefined],
    ['the other belongs to another app', '0d11c0de-5a9d-4b0c-9c1e-7f3a52d8e601'],
  ])('is asked for where %s', async (_, clientId) => {
    if (clientId) await saveSecret(at.sandbox.webClientSecret, clientId)
    const { code, stderr } = await at.world.run(['mkdir', '/x'])
    expect(code).toBe(4)
    expect(stderr).toMatch(/The client secret is wrong/)
    expect(stderr).toContain('od-link config set client-secret')
    expect(await renewals()).toEqual([401])
    expect(record().registration.clientSecret).toBe('replaced')
  })
})
