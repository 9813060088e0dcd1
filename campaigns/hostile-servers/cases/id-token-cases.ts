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

/** id_tokens and key sets that prove nothing: no login may end with a link. */

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
  ['its nonce is another', (one) => (one.nonce = 'another')],
  ['it has no nonce', (one) => delete one.nonce],
  ['its nonce is a list that holds the right one', (one) => (one.nonce = [one.nonce])],
  ['it was made for another app', (one) => (one.aud = '0d11c0de-0000-4b0c-9c1e-7f3a52d8e601')],
  ['it was made for several apps', (one) => (one.aud = [one.aud, 'another'])],
  [
    'it was made for several apps, and authorized for another',
    (one) => Object.assign(one, { aud: [one.aud, 'another'], azp: 'another' }),
  ],
  ['it names no app', (one) => delete one.aud],
  ['its issuer is another', (one) => (one.iss = `https://evil.example/${contoso}/v2.0`)],
  ['its issuer is that of another tenant', (one) => (one.iss = one.iss.replace(contoso, elsewhere))],
  ['its tenant is not that of its issuer', (one) => (one.tid = elsewhere)],
  ['its issuer is the template', (one) => (one.iss = one.iss.replace(contoso, '{tenantid}'))],
  ['its tenant is made to complete another issuer', (one) => (one.tid = `${contoso}/v2.0?`)],
  [
    'its tenant holds a pattern of a replacement',
    (one) => Object.assign(one, { tid: '$&', iss: one.iss.replace(contoso, '{tenantid}') }),
  ],
  ['it names no tenant', (one) => delete one.tid],
  ['it names no person', (one) => delete one.oid],
  ['its person would leave the store', (one) => (one.oid = '../../../tmp/x')],
  ['its person is longer than a file name', (one) => (one.oid = 'x'.repeat(300))],
  [
    'it ended long ago',
    (one) => Object.assign(one, { iat: now() - 9000, nbf: now() - 9000, exp: now() - 5400 }),
  ],
  ['it is not valid yet', (one) => (one.nbf = now() + 3600)],
  ['it has no end', (one) => delete one.exp],
  ['it has no time of issue', (one) => delete one.iat],
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
  ['it is not signed, in other letters', (one) => `${encoded({ alg: 'nOnE' })}.${encoded(one)}.`],
  ['its signature is cut off', (one, own) => signed(one, own).replace(/[^.]*$/, '')],
  ['it is signed by another', signedByAnother],
  ['it is signed with what is published', signedWithPublicKey],
  ['it claims another algorithm', (one, own) => signed(one, own, { alg: 'PS256' })],
  ['it has parts that must be understood', (one, own) => signed(one, own, { crit: ['evil'], evil: true })],
  ['nobody published its key', (one, own) => signed(one, { ...own, kid: unknownKid })],
  ['its key comes along in it', (one, own) => withOwnKey(one, own)],
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
  ['its claims are no JSON', (_, own) => signedText('bm8ganNvbg', own)],
  ['its claims are a list', (_, own) => signedText(encoded([]), own)],
  ['it is no token', () => 'no.token.here'],
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
  ['there are none', keys((set) => delete set.keys)],
  ['they are an empty list', keys((set) => (set.keys = []))],
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
  ['they have 10 MB', keys((set) => (set.more = 'x'.repeat(10_000_000)))],
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

/** A whole identity, and true in itself: only that somebody else was asked for tells it apart. */
const ofAnotherTenant: Attack = {
  ...attack('id_tokens: their claims')([
    'it is of another tenant than the one asked for',
    claims((one) => Object.assign(one, { iss: one.iss.replace(contoso, elsewhere), tid: elsewhere })),
  ]),
  flags: ['--json', '--tenant', 'contoso.example'],
}

export const idTokenCases: Attack[] = [
  ofAnotherTenant,
  ...byClaims
    .map(([name, change]): [string, Tamper] => [name, claims(change)])
    .map(attack('id_tokens: their claims')),
  ...byToken
    .map(([name, token]): [string, Tamper] => [name, sign(token)])
    .map(attack('id_tokens: their signature')),
  ...byKeys.map(attack('id_tokens: the published keys')),
]
