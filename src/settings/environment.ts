/** A variable of the environment; an empty one counts as absent. */
export function variable(name: `OD_LINK_${string}`): string | undefined {
  return process.env[name] || undefined
}
