/* Invalid id_tokens and key sets: no login may end with a link. */

import type { Attack } from '../attack.ts'
import {
  type Json,
  newKey,
  type OwnKey,
  signed,
  signedByAnother,
  signedText,
  signedWithPublicKey,
  unknownKid,
  unsigned,
} from '../id-token.ts'
import type { Tamper } from '../tamperer.ts'

const contoso = '5d1f0a3c-7be2-4c86-9d0e-2f6a41c7b893'
const elsewhere = 'aaaaaaaa-7be2-4c86-9d0e-2f6a41c7b893'
const now = () => Math.floor(Date.now() / 1000)

const claims =
  (change: (claims: Json) => unknown): Tamper =>
  (answer) => {
    if (answer.claims) change(answer.claims)
    return undefined
  }
const byClaims: [string, (claims: Json) => unknown][] = [
  ['its nonce is wrong', (one) => (one.nonce = 'another')],
  ['it has no nonce', (one) => delete one.nonce],
  ['its nonce is an array with the right one', (one) => (one.nonce = [one.nonce])],
  ['its audience is another app', (one) => (one.aud = '0d11c0de-0000-4b0c-9c1e-7f3a52d8e601')],
  ['its audience is several apps', (one) => (one.aud = [one.aud, 'another'])],
  [
    'it was made for several apps, and authorized for another',
    (one) => Object.assign(one, { aud: [one.aud, 'another'], azp: 'another' }),
  ],
  ['it has no audience', (one) => delete one.aud],
  ['its issuer is wrong', (one) => (one.iss = `https://evil.example/${contoso}/v2.0`)],
  ['its issuer is another tenant', (one) => (one.iss = one.iss.replace(contoso, elsewhere))],
  ['its tenant does not match its issuer', (one) => (one.tid = elsewhere)],
  ['its issuer is the unexpanded template', (one) => (one.iss = one.iss.replace(contoso, '{tenantid}'))],
  ['its tenant completes another issuer', (one) => (one.tid = `${contoso}/v2.0?`)],
  [
    'its tenant holds a pattern of a replacement',
    (one) => Object.assign(one, { tid: '$&', iss: one.iss.replace(contoso, '{tenantid}') }),
  ],
  ['it has no tenant', (one) => delete one.tid],
  ['it has no subject', (one) => delete one.oid],
  ['its subject is a path out of the store', (one) => (one.oid = '../../../tmp/x')],
  ['its subject is longer than a file name', (one) => (one.oid = 'x'.repeat(300))],
  [
    'it ended long ago',
    (one) => Object.assign(one, { iat: now() - 9000, nbf: now() - 9000, exp: now() - 5400 }),
  ],
  ['it is not valid yet', (one) => (one.nbf = now() + 3600)],
  ['it has no expiry', (one) => delete one.exp],
  ['it has no issue time', (one) => delete one.iat],
]

const sign =
  (token: (claims: Json, own: OwnKey) => string): Tamper =>
  (answer) => {
    answer.token = token
    return undefined
  }
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const byToken: [string, (claims: Json, own: OwnKey) => string][] = [
  ['it is not signed', unsigned],
  ['it is not signed, with alg in different case', (one) => `${encoded({ alg: 'nOnE' })}.${encoded(one)}.`],
  ['its signature is cut off', (one, own) => signed(one, own).replace(/[^.]*$/, '')],
  ['it is signed with another key', signedByAnother],
  ['it is signed with the public key as a secret', signedWithPublicKey],
  ['it claims another algorithm', (one, own) => signed(one, own, { alg: 'PS256' })],
  ['it has critical header parameters', (one, own) => signed(one, own, { crit: ['evil'], evil: true })],
  ['its key is not published', (one, own) => signed(one, { ...own, kid: unknownKid })],
  ['its key is embedded in it', (one, own) => withOwnKey(one, own)],
  [
    'it names an address for its key',
    (one, own) =>
      signed(
        one,
        { ...newKey(unknownKid), publicJwk: own.publicJwk },
        { jku: 'https://evil.example/keys', x5u: 'https://evil.example/x5u' },
      ),
  ],
  ['it was changed after it was signed', (one, own) => changed(signed(one, own), one)],
  ['its claims are not valid JSON', (_, own) => signedText('bm8ganNvbg', own)],
  ['its claims are an array', (_, own) => signedText(encoded([]), own)],
  ['it is not a token', () => 'no.token.here'],
  ['it has five parts', (one, own) => `${signed(one, own)}.a.b`],
]

function withOwnKey(one: Json, own: OwnKey): string {
  const key = newKey(own.kid)
  return signed(one, key, { jwk: key.publicJwk })
}

function changed(token: string, one: Json): string {
  const [head, , signature] = token.split('.')
  return `${head}.${encoded({ ...one, name: 'Eve' })}.${signature}`
}

const weak = newKey('hostile', 1024)
const keys =
  (change: (set: Json) => unknown): Tamper =>
  (answer, { kind }) => {
    if (kind === 'keys') change(answer.json)
    return undefined
  }
const byKeys: [string, Tamper][] = [
  ['there are no keys', keys((set) => delete set.keys)],
  ['the list is empty', keys((set) => (set.keys = []))],
  [
    'two have the same name',
    keys((set) => set.keys.unshift({ ...weak.publicJwk, n: newKey('x').publicJwk.n })),
  ],
  [
    'its key is weak',
    (answer, { kind }) => {
      if (kind === 'keys') answer.json.keys = [weak.publicJwk]
      else answer.token = (one) => signed(one, weak)
      return undefined
    },
  ],
  ['its key is for another use', keys((set) => (set.keys[0].use = 'enc'))],
  ['its key is for another algorithm', keys((set) => (set.keys[0].alg = 'RS512'))],
  [
    'its key is a secret that both know',
    keys((set) => (set.keys = [{ kty: 'oct', k: 'c2VjcmV0', kid: 'hostile', use: 'sig' }])),
  ],
  [
    'its key is that of another issuer',
    keys((set) => (set.keys[0].issuer = 'https://evil.example/{tenantid}/v2.0')),
  ],
  ['the list has 10 MB', keys((set) => (set.more = 'x'.repeat(10_000_000)))],
]

const attack =
  (group: string) =>
  ([name, tamper]: [string, Tamper]): Attack => ({
    group,
    name,
    scene: 'login',
    kinds: ['token by code', 'keys'],
    flags: ['--json'],
    tamper,
    codes: [6, 7],
  })

/** A complete, consistent identity of another person. */
const ofAnotherTenant: Attack = {
  ...attack('id_tokens: claims')([
    'it is of another tenant than the one asked for',
    claims((one) => Object.assign(one, { iss: one.iss.replace(contoso, elsewhere), tid: elsewhere })),
  ]),
  flags: ['--json', '--tenant', 'contoso.example'],
}

export const idTokenCases: Attack[] = [
  ofAnotherTenant,
  ...byClaims
    .map(([name, change]): [string, Tamper] => [name, claims(change)])
    .map(attack('id_tokens: claims')),
  ...byToken
    .map(([name, token]): [string, Tamper] => [name, sign(token)])
    .map(attack('id_tokens: signature')),
  ...byKeys.map(attack('id_tokens: published keys')),
]
