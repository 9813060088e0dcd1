import { type Attack, get, type Known, mark, post, sent } from './attack.ts'

/** Wrong, missing, repeated, empty, encoded and oversized fields; each in a query and in a form. */
const fields: [string, (known: Known) => string][] = [
  ['no state', ({ code }) => `code=${code}`],
  ['an empty state', ({ code }) => `code=${code}&state=`],
  ['a wrong state', ({ code }) => `code=${code}&state=${mark}`],
  ['a prefix of the state', ({ code, state }) => `code=${code}&state=${state.slice(0, -1)}`],
  ['the state plus one character', ({ truth }) => `${truth.replace(/(state=[^&]*)/, '$1A')}`],
  ['the state in different case', ({ code, state }) => `code=${code}&state=${swapCase(state)}`],
  ['the state twice', ({ truth, state }) => `${truth}&state=${state}`],
  ['the state and a wrong one', ({ truth }) => `${truth}&state=${mark}`],
  ['a wrong state before the right one', ({ truth }) => `state=${mark}&${truth}`],
  ['the state as an array', ({ code, state }) => `code=${code}&state[]=${state}`],
  ['the state encoded twice', ({ code, state }) => `code=${code}&state=${encodedTwice(state)}`],
  ['the state with a leading space', ({ code, state }) => `code=${code}&state=+${state}`],
  ['the state followed by a zero byte', ({ code, state }) => `code=${code}&state=${state}%00`],
  ['a state of full-width letters', ({ code, state }) => `code=${code}&state=${fullWidth(state)}`],
  ['a state that is not valid UTF-8', ({ code }) => `code=${code}&state=%ff%fe%c0%af${mark}`],
  ['a state of 8 KB', ({ code }) => `code=${code}&state=${mark.repeat(580)}`],
  ['five hundred states', ({ code }) => `code=${code}${`&state=${mark.slice(0, 4)}`.repeat(500)}`],
  ['two codes', ({ truth }) => `${truth}&code=${mark}`],
  ['the code twice', ({ truth, code }) => `${truth}&code=${code}`],
  ['a code and an error', ({ truth }) => `${truth}&error=access_denied`],
  ['an empty code', ({ state }) => `state=${state}&code=`],
  ['an empty code and an empty error', ({ state }) => `state=${state}&code=&error=`],
  ['neither a code nor an error', ({ state }) => `state=${state}&admin_consent=True&tenant=${mark}`],
  ['tokens instead of a code', ({ state }) => `state=${state}&id_token=${mark}&access_token=${mark}`],
  ['a token beside the code', ({ truth }) => `${truth}&id_token=${mark}`],
  ['a signed answer beside the code', ({ truth }) => `${truth}&response=${mark}.e30.x`],
  ['an error without a state', () => `error=access_denied&error_description=${mark}`],
  ['an error with a wrong state', () => `error=access_denied&state=${mark}`],
  ['an empty error', ({ state }) => `error=&state=${state}`],
  ['two errors', ({ state }) => `error=access_denied&error=${mark}&state=${state}`],
  [
    'two error descriptions',
    ({ state }) => `error=x&state=${state}${`&error_description=${mark}`.repeat(2)}`,
  ],
  ['the issuer of another server', ({ truth }) => `${truth}&iss=https%3A%2F%2F${mark}.example%2Fv2.0`],
  ['an empty issuer', ({ truth }) => `${truth}&iss=`],
  ['two issuers', ({ truth }) => `${truth}&iss=${mark}&iss=${mark}`],
  ['parameter names in capitals', ({ code, state }) => `CODE=${code}&STATE=${state}`],
  ['parameter names encoded twice', ({ code, state }) => `%2563ode=${code}&%2573tate=${state}`],
  ['parameters separated by semicolons', ({ code, state }) => `code=${code};state=${state}`],
  ['prototype pollution', ({ code, state }) => `__proto__[state]=${state}&constructor[code]=${code}`],
  ['a script in the state', () => `code=x&state=%3Cscript%3E${mark}%3C/script%3E`],
  ['a header in the state', () => `code=x&state=%0d%0aSet-Cookie:%20x=${mark}`],
  ['a terminal escape in the state', () => `code=x&state=%1b]0;${mark}%07`],
  ['a broken percent-encoding', ({ code }) => `code=${code}&state=%E0%A4%A&x=${mark}`],
  ['no parameters', () => ''],
]

export const parameters: Attack[] = fields.flatMap(([what, query]) => [
  ...sent('parameters in the query', [[what, 400, (known) => get(`${known.path}?${query(known)}`, known)]]),
  ...sent('parameters in a form', [[what, 400, (known) => post(known, query(known))]]),
])

function encodedTwice(text: string): string {
  return Array.from(text, (letter) => `%25${letter.charCodeAt(0).toString(16)}`).join('')
}

function fullWidth(text: string): string {
  return encodeURIComponent(
    Array.from(text, (letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0)).join(''),
  )
}

function swapCase(text: string): string {
  return Array.from(text, (letter) =>
    letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
  ).join('')
}
