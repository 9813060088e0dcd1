/** Light dots around the code, so that a camera tells it from what is beside it. */
const border = 2

/**
 * A text as a QR code (ISO/IEC 18004): lines of half blocks, each two dots high, for black on white. The package is loaded
 * only here, since few sign-ins need it.
 */
export async function qrCode(text: string): Promise<string[]> {
  const { encode } = await import('uqr')
  const { data } = encode(text, { border })
  const isDark = (row: number, column: number) => data[row]?.[column] === true
  return data.flatMap((line, row) => {
    if (row % 2 === 1) return []
    return line
      .map(
        (_, column) =>
          [' ', '▄', '▀', '█'][Number(isDark(row, column)) * 2 + Number(isDark(row + 1, column))],
      )
      .join('')
  })
}
