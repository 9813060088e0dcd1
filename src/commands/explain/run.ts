import type { Arguments } from '../../cli/command.ts'
import { blockAsText, helpFor } from '../../cli/help-page.ts'
import { OdLinkError } from '../../errors.ts'
import { decodeText } from '../../system/decode-text.ts'
import { readUpTo } from '../../system/read-up-to.ts'
import { pageStyle, print, printJson, printPage, styled } from '../../terminal/index.ts'
import { type Explained, everyCode, explanationsIn } from './codes.ts'

const most = 1024 * 1024

/** `od-link explain [code…]`: what Microsoft's codes mean and what to do, offline. */
export async function run({ positional, options }: Arguments): Promise<number> {
  const text = positional.join('\n') === '-' ? await standardInput() : undefined
  const codes =
    positional.length === 0 ? everyCode() : explanationsIn(text === undefined ? positional : [text])
  if (codes.length === 0) {
    throw new OdLinkError('usage', 'There is no error code in this text.', {
      reason: 'invalid-value',
      next: [
        { verb: 'explain', args: ['AADSTS700016'] },
        { intro: 'To list all known codes:', verb: 'explain' },
      ],
    })
  }
  if (options.json) printJson(codes)
  else if (positional.length === 0) list(codes)
  else for (const [index, code] of codes.entries()) printExplanation(code, index)
  return codes.some(({ known }) => known) ? 0 : 8
}

function list(codes: Explained[]): void {
  const rows = codes.map(({ code, meaning }) => [code, meaning] as const)
  printPage(`${blockAsText({ rows }, helpFor(pageStyle()))}\n`)
}

function printExplanation({ code, meaning, cure, page }: Explained, index: number): void {
  if (index > 0) print('')
  print(styled('bold', code), '  ', meaning)
  for (const [row, line] of cure.split('\n').entries()) print(row === 0 ? '  next: ' : '        ', line)
  if (page) print(styled('dim', `  page: ${page}`))
}

/** @throws OdLinkError (usage) for more than a person would paste. */
async function standardInput(): Promise<string> {
  const text = await readUpTo(process.stdin, most)
  if (text) return decodeText(text, 'Standard input')
  throw new OdLinkError('usage', 'This is too long for an error text.', {
    reason: 'invalid-value',
    next: [{ verb: 'explain', args: ['CODE'] }],
  })
}
