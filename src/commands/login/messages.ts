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
} from '../../terminal/index.ts'
import { countdown, isoTime, longDuration } from '../../text/format.ts'
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

/** For a person: each event as a few lines on stderr. */
export function reportInWords(happened: SignInEvent): void | Promise<void> {
  const show = words[happened.event] as (happened: SignInEvent) => void | Promise<void>
  return show(happened)
}

const words: { [Name in SignInEvent['event']]: (happened: Happened<Name>) => void | Promise<void> } = {
  open: showUrl,
  opened: () => say('The browser has started. Finish the sign-in there.'),
  unopened: ({ because, canPaste }) => {
    say(`Couldn't open a browser: ${because}. Open the URL yourself.`)
    if (canPaste) say('If its last page fails to load, copy the whole URL of that page, and paste it here.')
  },
  waiting: ({ seconds }) =>
    say(`Waiting up to ${longDuration(seconds)} for you to sign in. Press Ctrl-C to cancel.`),
  silence: showSilence,
  'more-proof': () => {
    say()
    say('Your organisation asks for more proof. Sign in once more:')
  },
  trouble: ({ problem }) => {
    for (const line of problem.split('\n')) say(line)
  },
  paste: () => say(styled('bold', 'Paste the URL here (it is not shown), then press Enter:')),
  pasted: ({ characters }) => say(`Got ${characters} character${characters === 1 ? '' : 's'}.`),
  'not-that': ({ problem }) => say(problem),
  device: showCode,
  countdown: ({ seconds }) => progress(codeExpires(seconds)),
}

/** With the options that were typed, so that it is the same link that is signed in. */
function withDeviceCode(): string {
  return nextCommand({ verb: 'login', flags: { device: true } })
}

/** Microsoft keeps most refusals in the browser, so the person is asked what it shows. */
function showSilence({ asksForAll, canPaste }: Happened<'silence'>): void {
  say('Nothing has come back yet. What does the browser show?')
  if (canPaste) say('- A page that fails to load, or an error: paste its URL here.')
  if (asksForAll) {
    say('- "Need admin approval": press Ctrl-C and ask for less; it is enough for your own')
    say('  drive:')
    paragraph(nextCommand({ verb: 'login', flags: { scope: 'Files.ReadWrite' } }))
  }
  say('- Nothing: press Ctrl-C and use a device code:')
  paragraph(withDeviceCode())
}

function showUrl({ address, elsewhere, canPaste, tunnel, passedOn }: Happened<'open'>): void {
  say(
    elsewhere
      ? 'To sign in, open this URL in a browser, here or on another machine:'
      : 'If nothing opened, visit:',
  )
  paragraph(address)
  if (passedOn) {
    say(`Your web server has to forward the redirect, with its Host header, to http://${passedOn}`)
  } else if (elsewhere) {
    say('On another machine the browser will end on a page that fails to load')
    say(`(${elsewhere}).`)
    if (canPaste) say("That's expected: copy the whole URL of that page, and paste it here.")
    else say(`Nothing can be pasted here, so use a device code: ${withDeviceCode()}`)
  }
  if (!tunnel) return
  say('Or forward the port from the machine with the browser:')
  paragraph(tunnel)
}

async function showCode({ address, code, expiresAt }: Happened<'device'>): Promise<void> {
  say('To sign in, open this page on any device:')
  paragraph(address)
  say('and enter the code:')
  say()
  const large = isSeen() ? largeLetters(code) : []
  const lines: Piece[] = [...large, styled('bold', code)]
  for (const line of await besideQrCode(address, lines, large[0]?.length ?? code.length)) say(...line)
  say()
  if (!isSeen()) say(codeExpires(Math.round((expiresAt - Date.now()) / 1000)))
}

/** The lines with the address as a QR code on their left, or above them in a narrow terminal, where it can be shown. */
async function besideQrCode(address: string, lines: readonly Piece[], width: number): Promise<Piece[][]> {
  const alone = lines.map((line) => ['  ', line])
  const columns = hasColours() ? (process.stderr.columns ?? 80) : 0
  const code = columns > 0 ? await qrCode(address) : []
  const [first = ''] = code
  if (code.length === 0 || columns <= first.length) return alone
  const dots = code.map((line): Piece[] => [' ', styled('scanned', line)])
  if (columns <= first.length + width + 3) return [...dots, [''], ...alone]
  const above = Math.floor((code.length - lines.length) / 2)
  return dots.map((line, at) => [
    ...line,
    ...(lines[at - above] === undefined ? [] : ['  ', lines[at - above] ?? '']),
  ])
}

function codeExpires(seconds: number): string {
  return `Waiting… the code expires in ${countdown(seconds)}. Press Ctrl-C to cancel.`
}

function paragraph(text: string): void {
  say()
  say('  ', text)
  say()
}
