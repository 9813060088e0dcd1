import type { Shell } from './shell.ts'
import { argumentsOf, shellWords } from './shell-words.ts'

/** Fish quotes what it inserts, and reads the text after a tab as the description. */
export const fish: Shell = {
  script: `# Completion of od-link for fish. Run this once:
#   od-link completion fish > ~/.config/fish/completions/od-link.fish

function __od_link_complete
    set -l answer (command od-link __complete fish (commandline -cp | string collect) 2>/dev/null)
    if test "$answer[1]" = files
        set -l flag (string match -r -- '^--[^=]*=' (commandline -ct))
        printf '%s\\n' "$flag"(__fish_complete_path (string replace -r -- '^--[^=]*=' '' (commandline -ct)))
    else if set -q answer[2]
        printf '%s\\n' $answer[2..-1]
    end
end
complete -c od-link -f -a '(__od_link_complete)'
`,

  read: ([line = '']) =>
    argumentsOf(shellWords(line, { single: "'\\", double: '"$\\' })).map(({ text }) => text),

  write: (candidates) => ['words', ...candidates.map(({ word, about = '' }) => `${word}\t${about}`)],
}
