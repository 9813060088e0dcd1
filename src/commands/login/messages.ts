import type { SignInEvent } from '../../signin/attempt.ts'
import type { MethodName } from '../../signin/methods.ts'
import { isSeen, printJson, progress, say, styled } from '../../terminal/index.ts'
import { countdown, isoTime } from '../../text/format.ts'
import { largeLetters } from './large-letters.ts'

/** What `od-link login` says on the way. */

/** One line: which way in is taken, and why. */
export function tellWay(name: MethodName, because: string): void {
  say(`Signing in by ${name}: ${because}.`)
}

/** For programs: what a person has to be shown, one object a line on stdout. */
export function tellInJson(happened: SignInEvent): void {
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
export function tellInWords(happened: SignInEvent): void {
  const tell = words[happened.event] as (happened: SignInEvent) => void
  tell(happened)
}

const words: { [Name in SignInEvent['event']]: (happened: Happened<Name>) => void } = {
  open: tellAddress,
  unopened: ({ because }) => say(`No browser was opened: ${because}. Open the address yourself.`),
  waiting: ({ seconds }) => say(`Waiting for the sign-in for ${Math.round(seconds)} s. Ctrl-C stops.`),
  silence: () => {
    say('Nothing has come back yet. If the browser shows an error page, its address can be pasted here;')
    say('or stop with Ctrl-C, and sign in by a code: od-link login --device')
  },
  paste: () => say(styled('bold', 'Paste the address here (it is not shown), then Enter:')),
  pasted: ({ characters }) => say(`Got ${characters} characters.`),
  'not-that': ({ because }) => say(`That is not it: ${because}.`),
  device: tellDevice,
  countdown: ({ seconds }) =>
    progress(`Waiting for you; the code is good for ${countdown(seconds)}. Ctrl-C stops.`),
}

function tellAddress({ address, elsewhere, canPaste, tunnel, passedOn }: Happened<'open'>): void {
  say(`To sign in, open this address${elsewhere ? ' in a browser, here or on another machine' : ''}:`)
  paragraph(address)
  if (passedOn) {
    say(`The web server has to pass on what comes back, with its Host, to http://${passedOn}.`)
  } else if (elsewhere) {
    say(`On another machine it ends up on a page that cannot be shown (${elsewhere}).`)
    if (canPaste) say('That is as it should be: copy the whole address of that page, and paste it here.')
    else say('No terminal is here to paste its address into. A code needs none: od-link login --device')
  }
  if (!tunnel) return
  say('Or let that browser reach this machine, by a tunnel from a terminal beside it:')
  paragraph(tunnel)
}

function tellDevice({ address, code, expiresAt }: Happened<'device'>): void {
  say('To sign in, open this page on any device:')
  paragraph(address)
  say('and enter the code:')
  say()
  for (const line of isSeen() ? largeLetters(code) : []) say('  ', line)
  say('  ', styled('bold', code))
  say()
  const left = Math.round((expiresAt - Date.now()) / 1000)
  if (!isSeen()) say(`Waiting for you; the code is good for ${countdown(left)}. Ctrl-C stops.`)
}

function paragraph(text: string): void {
  say()
  say('  ', text)
  say()
}
