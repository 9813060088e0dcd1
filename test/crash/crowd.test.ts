import { beforeEach, describe, expect, it } from 'vitest'
import { hasKeyring } from '../helpers/keychain/keyring.ts'
import { useLinked } from '../helpers/program/linked.ts'

/** A server that treats a replaced refresh token as stolen and ends the link (RFC 9700, 4.14.2). */
const strict = { refreshGraceSeconds: 0 }
const crowd = 50

const stores = [
  ['file', true],
  ['keychain', hasKeyring()],
] as const

describe.each(stores)(
  'fifty processes at one expiry, with the store %s',
  { timeout: 180_000 },
  (store, runs) => {
    if (!runs) return
    const at = useLinked({ store })
    beforeEach(() => at.sandbox.control('POST', 'settings', strict))

    it('renew the token once, where a second time would end the link, and all do their work', async () => {
      await at.world.run(['mkdir', '/', 'many'])
      await at.forgetRequests()
      await at.sandbox.control('POST', 'expire')
      const names = Array.from({ length: crowd }, (_, index) => String(index))
      const runs = await Promise.all(
        names.map((name) => at.world.run(['mkdir', '/many', name], { timeoutMs: 150_000 })),
      )
      const printed = names.map((name) => ({ code: 0, stdout: `/many/${name}\n` }))
      expect(runs.map(({ code, stdout }) => ({ code, stdout }))).toEqual(printed)
      expect((await at.requests('token')).map(({ status }) => status)).toEqual([200])
      expect((await at.drive()).filter((path) => path.startsWith('/many/'))).toHaveLength(crowd)
      expect((await at.sandbox.control('GET', 'score')).counts.renewedTwice).toBe(0)
    })
  },
)
