import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { ada, grace } from '../../helpers/sandbox/client.ts'
import {
  canBeMicrosoft,
  type MicrosoftWorld,
  startMicrosoftWorld,
} from '../../helpers/sandbox/microsoft-world.ts'
import { hasPythonModule, hasRealPart } from '../../helpers/system/real-part.ts'

const hasAll =
  canBeMicrosoft('a web application under Microsoft’s own names') &&
  hasPythonModule('flask', 'the web application of an ordinary tutorial') &&
  hasPythonModule('requests', 'the web application of an ordinary tutorial') &&
  hasRealPart('faketime', 'a job of cron’s an hour later')

const python = '/usr/bin/python3'
const programs = fileURLToPath(new URL('../../helpers/sandbox/programs/', import.meta.url))

let world: MicrosoftWorld | undefined
afterEach(async () => {
  await world?.stop()
  world = undefined
})

/** Waits until the application answers. */
async function ready(to: MicrosoftWorld): Promise<string> {
  return to.must('curl', [
    '-sS',
    '--retry',
    '40',
    '--retry-delay',
    '1',
    '--retry-connrefused',
    'http://localhost:5000/',
  ])
}

describe.skipIf(!hasAll)('a Flask application as an ordinary tutorial has it', () => {
  it.each([ada, grace])(
    'links the drive of %s, and its job creates a folder there two hours later',
    async (username) => {
      const to = await startMicrosoftWorld()
      world = to
      const env = {
        CLIENT_ID: to.webClientId,
        CLIENT_SECRET: to.webClientSecret,
        DATABASE: join(to.dir, 'tokens.sqlite'),
      }
      to.start(python, [join(programs, 'flask_app.py')], { env })
      const link = /href="([^"]+)"/.exec(await ready(to))?.[1] ?? ''
      await to.control('POST', 'next-sign-in', { username })
      const end = await to.must('curl', ['-sSL', link.replaceAll('&amp;', '&')])
      expect(end).toBe('Your OneDrive is linked.')
      expect((await to.control('GET', 'score')).counts.secretInUrl).toBe(1)

      const job = join(programs, 'flask_cron.py')
      expect(await to.must(python, [job, 'At once'], { env })).toBe('201 At once\n')
      await to.control('POST', 'settings', { clockSkewSeconds: 7200 })
      const later = ['-f', '+7200s', python, job, 'Two hours later']
      expect(await to.must('faketime', later, { env })).toBe('renewed\n201 Two hours later\n')
      const { children } = await to.control('GET', `drive?username=${username}`)
      expect(children.map(({ name }: { name: string }) => name)).toEqual(
        expect.arrayContaining(['At once', 'Two hours later']),
      )
    },
  )

  it('shows Microsoft’s refusal when its secret is wrong', async () => {
    const to = await startMicrosoftWorld()
    world = to
    const env = { CLIENT_ID: to.webClientId, CLIENT_SECRET: 'wrong', DATABASE: join(to.dir, 'tokens.sqlite') }
    to.start(python, [join(programs, 'flask_app.py')], { env })
    const link = /href="([^"]+)"/.exec(await ready(to))?.[1] ?? ''
    expect(await to.must('curl', ['-sSL', link])).toContain('AADSTS7000215')
  })
})
