/** Something that is not on a person's own drive. */
interface Example {
  kind: string
  username: string
  /** A web address; of a shortcut, its path. */
  address: string
}

/**
 * Lines that name what is not on a person’s own drive: an address to copy, or the path of a shortcut.
 * @returns no lines if the sandbox has nothing of the kind, as with a users file.
 */
export function placesToTry(examples: Example[]): string[] {
  if (examples.length === 0) return []
  const people = [...new Set(examples.map(({ username }) => username))]
  return [
    'Places outside a person’s own drive, to try:',
    ...people.flatMap((username) => [
      `  ${username}`,
      ...examples
        .filter((one) => one.username === username)
        .map(({ kind, address }) => `    ${kind.padEnd(13)}  ${address}`),
    ]),
  ]
}
