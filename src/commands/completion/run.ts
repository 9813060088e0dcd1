import type { Arguments } from '../../cli/command.ts'
import { shells } from '../../cli/completion/shells.ts'
import { print } from '../../terminal/index.ts'

/** `od-link completion bash|zsh|fish|powershell`: prints the script for that shell. */
export async function run({ positional: [name = ''] }: Arguments): Promise<void> {
  for (const line of shells[name]?.script.trimEnd().split('\n') ?? []) print(line)
}
