import { graphAnswer } from '../../graph/answer.ts'
import { graphCodes, meaningOfCode } from '../../graph/error-codes.ts'
import { adviceFor, knownCodes } from '../../identity/aadsts-codes.ts'
import type { Advice } from '../../identity/aadsts-registration-codes.ts'
import { stepsOf } from '../../identity/errors.ts'
import { hintOf, type NextStep } from '../../text/next-step.ts'

/** A Microsoft error code, with the explanation that od-link shows at run time. */
export interface Explained {
  code: string
  known: boolean
  meaning: string
  /** What to do next, a line or several. */
  cure: string
  /** Microsoft's page about a sign-in code. */
  page: string | null
}

/** No request is known, only its code. */
const nothingAsked = graphAnswer({ status: 400, headers: {}, json: undefined }, { method: 'GET', path: '' })

/** An error names the scope that its link lacks. Here neither the link nor the request is known. */
const widerScope: NextStep = {
  intro: 'If the link lacks a scope, sign in again with it:',
  verb: 'login',
  flags: { scope: 'User.Read Files.ReadWrite.All' },
}

/** Every code that od-link can explain. */
export function everyCode(): Explained[] {
  const byName = graphCodes.toSorted((a, b) => a.localeCompare(b, 'en'))
  return [...knownCodes.map((number) => signInCode(number)), ...byName.map(graphCode)]
}

/**
 * The codes in pasted texts, each once, in the order of the texts.
 * @param texts a single word counts as a code, known or not; in a longer text a code has to look like one.
 */
export function explanationsIn(texts: readonly string[]): Explained[] {
  const found = texts.flatMap((text) => {
    const codes = [
      ...signInCodesIn(text).map((number) => signInCode(number, text)),
      ...graphCodesIn(text).map(graphCode),
    ]
    const byText = codes.some(({ known }) => known) ? undefined : adviceFor(undefined, text)
    return byText ? [...codes, explained('unauthorized_client', byText, null)] : codes
  })
  return [...new Map(found.map((one) => [one.code, one])).values()]
}

/** In Microsoft's formats: `AADSTS50011`, `"error_codes":[50011]`, or only a number. */
function signInCodesIn(text: string): number[] {
  const written = [...text.matchAll(/AADSTS(\d{4,8})\b/gi)].map(([, code]) => code)
  const listed = [...text.matchAll(/error_codes"?\s*:\s*\[([\d,\s]*)\]/gi)].flatMap(([, list = '']) =>
    list.split(','),
  )
  const alone = /^\s*(\d{4,8})\s*$/.exec(text)
  return [...written, ...listed, alone?.[1]].map(Number).filter((code) => code > 0)
}

function graphCodesIn(text: string): string[] {
  const words = text.match(/[A-Za-z]+/g) ?? []
  const known = words.flatMap(
    (word) => graphCodes.find((code) => code.toLowerCase() === word.toLowerCase()) ?? [],
  )
  const word = /^\s*([a-z]{5,60})\s*$/i.exec(text)?.[1]
  return known.length === 0 && word ? [word] : known
}

/** @param text where the number stands: for some of them the words decide. */
function signInCode(number: number, text?: string): Explained {
  const page = `https://login.microsoftonline.com/error?code=${number}`
  const advice = adviceFor(number, text)
  return advice ? explained(`AADSTS${number}`, advice, page) : unknown(`AADSTS${number}`, page, page)
}

function graphCode(code: string): Explained {
  const found = meaningOfCode(code)
  if (!found) return unknown(code, 'https://learn.microsoft.com/graph/errors', null)
  const { meaning, next } = found
  const steps = typeof next === 'function' ? next(nothingAsked) : next
  const isForbidden = found === meaningOfCode('accessDenied')
  return {
    code,
    known: true,
    meaning,
    cure: hintOf(isForbidden ? [widerScope, ...steps] : steps),
    page: null,
  }
}

function explained(code: string, advice: Advice, page: string | null): Explained {
  return { code, known: true, meaning: advice.meaning, cure: hintOf(stepsOf(advice)), page }
}

function unknown(code: string, at: string, page: string | null): Explained {
  const meaning = 'od-link does not know this code.'
  return {
    code,
    known: false,
    meaning,
    cure: page ? "See Microsoft's page about it." : `See Microsoft's list: ${at}`,
    page,
  }
}
