/* What `od-link login` shows on the way. */

import type { SignInEvent } from '../../signin/attempt.ts'
import {
  hasColours,
  isSeen,
  nextCommand,
  type Piece,
  printJson,
  progress,
  say,
  styled,
  tell,
} from '../../terminal/index.ts'
import { countdown, isoTime, longDuration } from '../../text/format.ts'
import type { NextCommand } from '../../text/next-step.ts'
import { largeLetters } from './large-letters.ts'
import { qrCode } from './qr-code.ts'

/** For programs: what to show a person, one object per line on stdout. */
export function reportAsJson(happened: SignInEvent): void {
  const { event } = happened
  if (event === 'open') {
    const { address, tunnel, passedOn } = happened
    printJson({ event, address, ...(tunnel && { tunnel }), ...(passedOn && { passedOn }) })
  }
  if (event === 'device') {
    const { address, code, expiresAt } = happened
    printJson({ event, address, code, expiresOn: isoTime(expiresAt) })
  }
}

type Happened<Name> = Extract<SignInEvent, { event: Name }>

/** The command that signs in like this one, with these flags instead. */
export type SignInCommand = (flags: NextCommand['flags']) => NextCommand

/**
 * For a person: each event as a few lines on stderr.
 * @param command for what to run instead; its options are completed with those that were typed.
 */
export function reportInWords(happened: SignInEvent, command: SignInCommand): void | Promise<void> {
  const show = words[happened.event] as (happened: SignInEvent, instead: Instead) => void | Promise<void>
  return show(happened, (flags) => nextCommand(command(flags)))
}

/** A command line, with these flags instead. */
type Instead = (flags: NextCommand['flags']) => string

const words: {
  [Name in SignInEvent['event']]: (happened: Happened<Name>, instead: Instead) => void | Promise<void>
} = {
  open: showUrl,
  opened: () => tell('The browser has started. Finish the sign-in there.'),
  unopened: ({ because, canPaste }) => {
    tell(`Couldn't open a browser: ${because}. Open the URL yourself.`)
    if (canPaste) tell('If its last page fails to load, copy the whole URL of that page, and paste it here.')
  },
  waiting: ({ seconds }) =>
    tell(`Waiting up to ${longDuration(seconds)} for you to sign in. Press Ctrl-C to cancel.`),
  silence: showSilence,
  'more-proof': () => {
    say()
    tell('Your organisation asks for more proof. Sign in once more:')
  },
  trouble: ({ problem }) => {
    for (const line of problem.split('\n')) tell(line)
  },
  paste: () => say(styled('bold', 'Paste the URL here (it is not shown), then press Enter:')),
  pasted: ({ characters }) => say(`Got ${characters} character${characters === 1 ? '' : 's'}.`),
  'not-that': ({ problem }) => tell(problem),
  device: showCode,
  countdown: ({ seconds }) => progress(codeExpires(seconds)),
}

/** Microsoft keeps most refusals in the browser, so the person is asked what it shows. */
function showSilence({ asksForAll, canPaste }: Happened<'silence'>, instead: Instead): void {
  tell('Nothing has come back yet. What does the browser show?')
  if (canPaste) tell('- A page that fails to load: paste its URL here.')
  tell('- An error with a code, such as AADSTS50011: press Ctrl-C and look it up:')
  paragraph('od-link explain CODE')
  if (asksForAll) {
    tell('- "Need admin approval": press Ctrl-C and ask for less, which is enough for your own drive:')
    paragraph(instead({ scope: 'Files.ReadWrite' }))
  }
  tell('- Nothing: press Ctrl-C and use a device code:')
  paragraph(instead({ device: true }))
}

function showUrl(
  { address, elsewhere, canPaste, tunnel, passedOn }: Happened<'open'>,
  instead: Instead,
): void {
  tell(
    elsewhere
      ? 'To sign in, open this URL in a browser, here or on another machine:'
      : 'If nothing opened, visit:',
  )
  paragraph(address)
  if (passedOn) {
    tell(`Your web server has to forward the redirect, with its Host header, to http://${passedOn}`)
  } else if (elsewhere) {
    tell(`On another machine the browser will end on a page that fails to load (${elsewhere}).`)
    if (canPaste) tell("That's expected: copy the whole URL of that page, and paste it here.")
    else tell('Nothing can be pasted here, so use a device code:', instead({ device: true }))
  }
  if (!tunnel) return
  tell('Or forward the port from the machine with the browser:')
  paragraph(tunnel)
}

async function showCode({ address, code, expiresAt }: Happened<'device'>): Promise<void> {
  tell('To sign in, open this page on any device:')
  paragraph(address)
  say('and enter the code:')
  say()
  const large = isSeen() ? largeLetters(code, columns() - 2) : []
  const lines: Piece[] = [...large, styled('bold', code)]
  for (const line of await besideQrCode(address, lines, large[0]?.length ?? code.length)) say(...line)
  say()
  if (!isSeen()) say(codeExpires(Math.round((expiresAt - Date.now()) / 1000)))
}

/** The lines with the address as a QR code on their left, or above them in a narrow terminal, where it can be shown. */
async function besideQrCode(address: string, lines: readonly Piece[], width: number): Promise<Piece[][]> {
  const alone = lines.map((line) => ['  ', line])
  // A terminal that does not know its size has none.
  const code = hasColours() && process.stderr.columns !== 0 ? await qrCode(address) : []
  const [first = ''] = code
  if (code.length === 0 || columns() <= first.length) return alone
  const dots = code.map((line): Piece[] => [' ', styled('scanned', line)])
  if (columns() <= first.length + width + 3) return [...dots, [''], ...alone]
  const above = Math.floor((code.length - lines.length) / 2)
  return dots.map((line, at) => [
    ...line,
    ...(lines[at - above] === undefined ? [] : ['  ', lines[at - above] ?? '']),
  ])
}

function columns(): number {
  return process.stderr.columns || 80
}

function codeExpires(seconds: number): string {
  return `Waiting… the code expires in ${countdown(seconds)}. Press Ctrl-C to cancel.`
}

function paragraph(text: string): void {
  say()
  say('  ', text)
  say()
}
