/** `npm test` has time for a sample of long rows of cases; with OD_LINK_TEST_LARGE=1 every case is tried. */
const isLarge = Boolean(process.env.OD_LINK_TEST_LARGE)

/** Where something fails at the nth step: how far the next n is from the last one. */
export const stride = isLarge ? 1 : 5

/** Every so-manieth case of a row, from one that may differ from row to row. */
export function sampleOf<T>(cases: readonly T[], every: number, from = 0): T[] {
  return isLarge ? [...cases] : cases.filter((_, index) => (index + from) % every === 0)
}
