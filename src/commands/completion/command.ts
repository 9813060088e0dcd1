import type { Command } from '../../cli/command.ts'

export const completion: Command = {
  group: 'Settings',
  summary: 'print a shell completion script',
  positional: [{ name: 'shell', choices: ['bash', 'zsh', 'fish', 'powershell'] }],
  options: [],
  examples: [
    ['source <(od-link completion bash)', 'add this line to ~/.bashrc'],
    ['source <(od-link completion zsh)', 'add this line to ~/.zshrc, below compinit'],
    ['od-link completion fish > ~/.config/fish/completions/od-link.fish', 'run this once'],
    ['od-link completion powershell | Out-String | Invoke-Expression', 'add this line to $PROFILE'],
  ],
  notes: [
    'Tab completes commands, flags, values, accounts, files, and what is in a drive: od-link mkdir /Rep<Tab>, od-link download team:/2026/re<Tab>. Names are fetched with the current access token, for at most a second, and remembered for a minute. Without a valid token or a connection none are offered.',
  ],
}

/** The hidden command that the shells' scripts ask for candidates. Its arguments are the words of another command. */
export const completing = '__complete'
