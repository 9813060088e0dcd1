import { powershellQuote } from '../../text/shell-quote.ts'
import type { Shell } from './shell.ts'

/**
 * PowerShell inserts candidates unchanged. Older versions drop empty arguments, so each gets a `=` in front, and they
 * decode a program's output with the console's code page, so the answer is JSON in ASCII.
 * https://learn.microsoft.com/powershell/module/microsoft.powershell.core/register-argumentcompleter
 */
export const powershell: Shell = {
  script: `# Completion of od-link for PowerShell. Add this line to $PROFILE:
#   od-link completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName od-link -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
    ForEach-Object { if ($null -ne $_.Value) { "=$($_.Value)" } else { "=$($_.Extent.Text)" } })
  $words += "=$wordToComplete"
  $answer = od-link __complete powershell @words 2>$null | Out-String | ConvertFrom-Json
  # Without any result PowerShell offers files.
  if ($answer.files) { return }
  # An empty string prevents that.
  if (-not $answer.candidates) { return '' }
  foreach ($one in $answer.candidates) {
    [System.Management.Automation.CompletionResult]::new($one.insert, $one.word, 'ParameterValue', $one.about)
  }
}
`,

  read(signed) {
    const words = signed.map((word) => word.slice(1))
    // The word at the cursor arrives as it was typed, quotes included.
    return [...words.slice(0, -1), unquoted(words.at(-1) ?? '')]
  },

  write(candidates) {
    const list = candidates.map(({ word, about }) => ({ insert: quoted(word), word, about: about || word }))
    return [ascii({ candidates: list })]
  },

  files: () => [ascii({ files: true })],
}

function quoted(word: string): string {
  return /^[\w./:\\-][\w./:=+\\-]*$/.test(word) ? word : powershellQuote(word)
}

function unquoted(typed: string): string {
  if (/^['\u2018-\u201b]/.test(typed)) return typed.slice(1).replace(/(['\u2018-\u201b])(?:\1|$)/g, '$1')
  if (typed.startsWith('"'))
    return typed
      .slice(1)
      .replace(/"$/, '')
      .replace(/`(.)|""/g, (_, escaped) => escaped ?? '"')
  return typed.replace(/`(.)/g, '$1')
}

function ascii(value: object): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
