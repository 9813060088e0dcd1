import type { Command } from '../../cli/command.ts'

export const completion: Command = {
  group: 'Settings',
  summary: 'print what lets a shell complete the commands with Tab',
  positional: [{ name: 'shell', choices: ['bash', 'zsh', 'fish', 'powershell'] }],
  options: [],
  examples: [
    ['source <(od-link completion bash)', 'a line for ~/.bashrc'],
    ['source <(od-link completion zsh)', 'a line for ~/.zshrc, below compinit'],
    ['od-link completion fish > ~/.config/fish/completions/od-link.fish', 'typed once'],
    ['od-link completion powershell | Out-String | Invoke-Expression', 'a line for $PROFILE'],
  ],
  notes: [
    'Tab completes commands, flags, values, accounts, files, and folders of the drive: od-link mkdir /Rep<Tab>. Folders are asked for with the token that is there, within a second, and remembered for a minute; where that fails, there are none.',
  ],
}

/** What the scripts of the shells ask for candidates. It is in no help, and its words are not its own. */
export const completing = '__complete'
