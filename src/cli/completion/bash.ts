import type { Candidates } from './candidates.ts'
import type { Shell } from './shell.ts'
import { argumentsOf, shellWords, type Word } from './shell-words.ts'

/**
 * Bash inserts candidates unchanged, so they are quoted here. It also breaks words at = : @, and replaces only what
 * comes after the break.
 * https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html
 */
export const bash: Shell = {
  script: `# Completion of od-link for bash. Add this line to ~/.bashrc:
#   source <(od-link completion bash)
# Or, if the package bash-completion is installed, run this once:
#   od-link completion bash > ~/.local/share/bash-completion/completions/od-link

_od_link() {
  local mode line
  COMPREPLY=()
  {
    IFS= read -r mode
    while IFS= read -r line; do COMPREPLY+=("$line"); done
  } < <(command od-link __complete bash "\${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
  if [[ $mode == files ]]; then
    # Bash itself completes files: it quotes names and descends into folders.
    compopt -o default +o nospace 2>/dev/null || COMPREPLY=($(compgen -f -- "$2"))
  fi
}
complete -o nospace -F _od_link od-link
`,

  read([line = '']) {
    return argumentsOf(words(line)).map(({ text }) => text)
  },

  write(candidates, [line = '', replaced = '']) {
    const word = words(line).at(-1)
    return word ? ['words', ...insertions(candidates, word, replaced)] : ['words']
  },
}

function words(line: string): Word[] {
  return shellWords(line, { single: '', double: '"$`\\' })
}

/** The text that bash puts in place of the part it replaces: quoted, with a space after a complete word. */
function insertions(candidates: Exclude<Candidates, 'files'>, word: Word, replaced: string): string[] {
  const kept = word.raw.endsWith(replaced) ? word.raw.slice(0, word.raw.length - replaced.length) : ''
  const before = words(kept).at(-1)?.text ?? ''
  return candidates
    .filter(({ word }) => word.startsWith(before))
    .map(({ word: whole }) => {
      const rest = whole.slice(before.length)
      const isOpen = /[/=:]$/.test(whole)
      return `${quotedIn(word.open, rest)}${isOpen ? '' : `${word.open} `}`
    })
}

function quotedIn(open: Word['open'], text: string): string {
  if (open === "'") return text.replaceAll("'", `'\\''`)
  // Within double quotes ! cannot be escaped from history expansion.
  if (open === '"') return text.replace(/["$`\\]/g, '\\$&').replaceAll('!', `"'!'"`)
  return text.replace(/[^\w./,:@%+=\u0080-\uffff-]/g, '\\$&')
}
