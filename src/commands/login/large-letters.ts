/**
 * Letters and digits of three by five dots, for a code that is read from the screen and typed on another device:
 * the rows of each from the top, three bits a row.
 */
const dots: Record<string, string> = {
  A: '25755',
  B: '65656',
  C: '34443',
  D: '65556',
  E: '74647',
  F: '74644',
  G: '34553',
  H: '55755',
  I: '72227',
  J: '11152',
  K: '55655',
  L: '44447',
  M: '57755',
  N: '65555',
  O: '75557',
  P: '65644',
  Q: '25563',
  R: '65655',
  S: '34216',
  T: '72222',
  U: '55557',
  V: '55552',
  W: '55775',
  X: '55255',
  Y: '55222',
  Z: '71247',
  0: '25552',
  1: '26227',
  2: '61247',
  3: '61216',
  4: '55711',
  5: '74616',
  6: '34652',
  7: '71244',
  8: '25252',
  9: '25316',
}

/** The text in large letters, as three lines of half blocks; nothing when they do not fit, or it holds anything else. */
export function largeLetters(text: string, columns: number): string[] {
  const letters = [...text].map((letter) => dots[letter])
  if (letters.includes(undefined)) return []
  const isSet = (letter: string | undefined, row: number, column: number) =>
    ((Number(letter?.[row] ?? 0) >> (2 - column)) & 1) === 1
  const half = (letter: string | undefined, row: number, column: number) =>
    [' ', '▄', '▀', '█'][Number(isSet(letter, row, column)) * 2 + Number(isSet(letter, row + 1, column))]
  const lines = [0, 2, 4].map((row) =>
    letters.map((letter) => [0, 1, 2].map((column) => half(letter, row, column)).join('')).join('  '),
  )
  return (lines[0]?.length ?? 0) > columns ? [] : [...lines, '']
}
