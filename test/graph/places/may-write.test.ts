import { expect, it } from 'vitest'
import { OdLinkError } from '../../../src/errors.ts'
import { mayWrite } from '../../../src/graph/places/may-write.ts'
import { fakeGraph, type Told } from '../../helpers/microsoft/fake-graph.ts'

const place = { drive: '/drives/b!D', item: 'I', prefix: '', path: [] }
const ask = (tell: () => Told) => mayWrite(fakeGraph(tell), place, 'https://graph.microsoft.com')

it('is not known when Graph does not say it, whatever the reason', async () => {
  const unsaid: [() => Told, string][] = [
    [() => ({ status: 423, json: { error: { code: 'resourceLocked', message: 'Locked.' } } }), 'Locked.'],
    [() => failed('service', 'Microsoft is throttling.'), 'Microsoft is throttling.'],
    [() => failed('network', 'The network is unreachable.'), 'The network is unreachable.'],
  ]
  for (const [tell, words] of unsaid)
    expect(await ask(tell)).toEqual({ unknown: expect.stringContaining(words) })
})

it('ends the command when the link itself has ended', async () => {
  await expect(ask(() => failed('sign-in', 'The link has ended.'))).rejects.toMatchObject({ kind: 'sign-in' })
})

function failed(kind: 'service' | 'network' | 'sign-in', message: string): never {
  throw new OdLinkError(kind, message)
}
