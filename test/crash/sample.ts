/** `npm test` runs a sample of long lists of cases; with OD_LINK_TEST_LARGE=1 it runs all. */
const isLarge = Boolean(process.env.OD_LINK_TEST_LARGE)

/** For failures at the nth step: the distance from one n to the next. */
export const stride = isLarge ? 1 : 5

/** Every nth case of a list, with an optional offset. */
export function sampleOf<T>(cases: readonly T[], every: number, from = 0): T[] {
  return isLarge ? [...cases] : cases.filter((_, index) => (index + from) % every === 0)
}
