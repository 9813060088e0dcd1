import fc from 'fast-check'

/**
 * The number of examples: a few hundred per property, 20,000 with `npm run test:fuzz`, or OD_LINK_FUZZ_RUNS.
 * A failure prints its seed and path; OD_LINK_FUZZ_SEED and OD_LINK_FUZZ_PATH run that example again:
 *   OD_LINK_FUZZ_SEED=-1234567 OD_LINK_FUZZ_PATH=12:0:1 npx vitest run fuzz -t 'the name of the test'
 */
const { OD_LINK_FUZZ_RUNS: runs, OD_LINK_FUZZ_SEED: seed, OD_LINK_FUZZ_PATH: path } = process.env

/** @param part the fraction of runs, for a property with slow examples. */
export function settings(part = 1): fc.Parameters<unknown> {
  return {
    numRuns: Math.max(1, Math.round(Number(runs ?? 300) * part)),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
    ...(path === undefined ? {} : { path }),
  }
}

/** Text of every kind: what people type, all of Unicode, and lone surrogates. */
export const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
)

/** Names that an answer of Graph has, and some that every object has. */
const names = fc.constantFrom(
  'id',
  'status',
  'headers',
  'body',
  'error',
  'code',
  'message',
  'innerError',
  'name',
  '__proto__',
  'toString',
)
/** Any JSON, with those names and with values of the wrong type. */
export const anyJson = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>('1', '2', 1, 2, 200, 201, 429, '200', null, true, -1, 1e300),
    anyText,
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(names, tie('any'), { maxKeys: 5, noNullPrototype: true }),
  ),
})).any
