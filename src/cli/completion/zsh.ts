import type { Shell } from './shell.ts'

/** Zsh quotes what it inserts, and shows a separate text for each candidate. */
export const zsh: Shell = {
  script: `#compdef od-link
# Completion of od-link for zsh. Add this line to ~/.zshrc, below compinit:
#   source <(od-link completion zsh)
# Or run this once, to install it in a folder of $fpath:
#   od-link completion zsh > "\${fpath[1]}/_od-link"

_od-link() {
  local line word
  local -a answer whole described open
  answer=("\${(@f)$(command od-link __complete zsh "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  if [[ $answer[1] == files ]]; then
    compset -P '--*='
    _files
    return
  fi
  for line in "\${(@)answer[2,-1]}"; do
    word="\${line%%$'\\t'*}"
    case $word in
      (*[/=:]) open+=("$word") ;;
      (?*) whole+=("$word"); described+=("\${line#*$'\\t'}") ;;
    esac
  done
  # OneDrive ignores case.
  local any_case='m:{[:lower:][:upper:]}={[:upper:][:lower:]}'
  compadd -M $any_case -S '' -a open
  compadd -M $any_case -l -d described -a whole
}

# When sourced, register the function; when autoloaded from $fpath, call it.
if [[ $funcstack[1] == _od-link ]]; then _od-link "$@"; else compdef _od-link od-link; fi
`,

  read: (words) => [...words],

  write(candidates) {
    const width = Math.max(0, ...candidates.map(({ word }) => word.length))
    const shown = candidates.map(({ word, about }) => (about ? `${word.padEnd(width)}  ${about}` : word))
    return ['words', ...candidates.map(({ word }, index) => `${word}\t${shown[index]}`)]
  },
}
