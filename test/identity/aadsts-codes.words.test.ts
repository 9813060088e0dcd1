import { expect, it } from 'vitest'
import { adviceFor, knownCodes } from '../../src/identity/aadsts-codes.ts'
import { stepsOf } from '../../src/identity/errors.ts'
import { hintOf } from '../../src/text/next-step.ts'

it('every code says what it said when its words were last read: npm run update', async () => {
  const pages = knownCodes.map((code) => {
    const advice = adviceFor(code)
    if (!advice) throw new Error(`${code} has no advice`)
    const { meaning, reason, isVague } = advice
    const steps = hintOf(stepsOf(advice)).replaceAll('\n', '\n  ')
    return `${code} ${reason}${isVague ? ', only where Microsoft says nothing' : ''}\n  ${meaning}\n  ${steps}\n`
  })
  await expect(pages.join('\n')).toMatchFileSnapshot('aadsts-codes.txt')
})
