import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { helperStore } from '../../../src/accounts/stores/helper/index.ts'
import { Locked } from '../../../src/accounts/stores/keychain/prompts.ts'
import { secretService } from '../../../src/accounts/stores/keychain/secret-service.ts'
import { askNobody, mayAsk } from '../../../src/accounts/stores/limits.ts'
import { startFakeBus } from '../../helpers/keychain/fake-bus.ts'
import { putHelper } from '../../helpers/keychain/helper-program.ts'
import { useOwnSettings } from '../../helpers/program/own-settings.ts'

const own = useOwnSettings()
const { PATH, PASSWORD_STORE_GPG_OPTS } = process.env
afterEach(() => {
  process.env.PATH = PATH
  if (PASSWORD_STORE_GPG_OPTS === undefined) delete process.env.PASSWORD_STORE_GPG_OPTS
  else process.env.PASSWORD_STORE_GPG_OPTS = PASSWORD_STORE_GPG_OPTS
})

/** In a file of its own: it holds for the rest of the process. */
describe('where nobody may be asked', () => {
  it('gpg asks for no passphrase, and no call takes longer than it may', async () => {
    expect(mayAsk()).toBe(true)
    askNobody(1_200)
    expect(mayAsk()).toBe(false)
    process.env.PATH = putHelper(own.dir, 'pass', PATH)
    writeFileSync(join(own.dir, 'script'), `echo "$PASSWORD_STORE_GPG_OPTS" > '${own.dir}/opts'; sleep 20`)
    await expect(helperStore('pass').read('x')).rejects.toMatchObject({
      kind: 'keychain',
      message: 'docker-credential-pass did not respond within 1 second.',
    })
    expect(readFileSync(join(own.dir, 'opts'), 'utf8')).toBe('--pinentry-mode=error\n')
    expect(own.waiting).toEqual(['Waiting for docker-credential-pass; you may have to unlock it…'])
  })

  it('a keychain that is locked is locked, and no prompt is shown', async () => {
    askNobody(300)
    const bus = await startFakeBus()
    bus.answers = {
      OpenSession: () => ['vo', [{ type: 's', value: '' }, '/session']],
      SearchItems: () => ['aoao', [[], ['/item']]],
      Unlock: () => ['aoo', [[], '/prompt']],
    }
    try {
      const error = await secretService(bus.socket, 'od-link', 300)
        .get('x')
        .catch((thrown) => thrown)
      expect(error).toBeInstanceOf(Locked)
      expect(error).toMatchObject({ dismissed: true })
      expect(bus.calls.map(({ member }) => member)).not.toContain('Prompt')
      expect(own.waiting).toEqual([])
    } finally {
      await bus.stop()
    }
  })
})
