import type { World } from './world.ts'

/** The only link in the output of `od-link status --json`, and the exit code. */
export async function statusOf(world: World, ...flags: string[]) {
  const { code, stdout } = await world.run(['status', '--json', ...flags])
  return { code, ...JSON.parse(stdout)[0] }
}

/** The text of a row of `od-link status`. */
export function rowOf(stdout: string, what: string): string | undefined {
  return new RegExp(`^  ${what} +(.*)$`, 'm').exec(stdout)?.[1]
}
