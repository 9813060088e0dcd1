import { OdLinkError } from '../../errors.ts'
import { reachesBeyondOwnFiles } from '../../identity/aadsts-codes.ts'
import type { OwnRegistration } from '../../registration/saved.ts'
import { fail } from '../../terminal/index.ts'
import { choose } from '../../terminal/prompt.ts'
import {
  type Answered,
  askForClientId,
  askForRegistration,
  askForSecret,
  type Known,
  ownScopes,
  sayPurpose,
} from './questions.ts'
import { offerStores } from './store-choice.ts'
import { type TrialOptions, tryOut, unknownApp } from './trial.ts'

/**
 * Leads a person at the terminal to a registration that works:
 * 1. the purpose, and a store that works here, before anybody goes through the portal;
 * 2. the questions;
 * 3. a sign-in; after a refusal the person changes one answer, and keeps the others.
 * @param trial undefined: without the sign-in.
 * @returns the registration, to be saved; or the exit code of the refusal that the person stopped at.
 */
export async function askAndTry(
  known: Known,
  trial: TrialOptions | undefined,
): Promise<OwnRegistration | number> {
  sayPurpose()
  if (trial) await offerStores()
  let answered: Answered = await askForRegistration(known)
  while (trial) {
    try {
      await tryOut(answered, trial, answered.isNew === true)
      break
    } catch (error) {
      if (!(error instanceof OdLinkError) || !mayWorkNext.includes(error.kind)) throw error
      // The commands in it would set up anew, and the person is in the middle of it.
      fail(error.with({ next: error.next.filter((step) => typeof step === 'string') }), false)
      const changed = await askForChange(answered, error)
      if (!changed) return error.exitCode
      answered = changed
    }
  }
  const { isNew: _, ...registration } = answered
  return registration
}

/** Refusals and failures after which another try may work. */
const mayWorkNext = ['sign-in', 'service', 'network']

/** What to change before the next try; the most likely cause comes first. */
async function askForChange(answered: Answered, error: OdLinkError): Promise<Answered | undefined> {
  const choices = {
    id: 'Enter another client ID',
    ...(answered.kind === 'web' ? { secret: 'Enter another client secret' } : {}),
    ...(reachesBeyondOwnFiles(answered.scope) ? { less: 'Ask for less: your own OneDrive only' } : {}),
    again: 'Try again, after a change in the portal for example',
    stop: 'Stop; nothing is saved',
  } as Record<Change, string>
  const likely = likelyChange(error)
  const first = likely in choices ? likely : 'again'
  const change = await choose('What now?', { [first]: choices[first], ...choices } as typeof choices)
  if (change === 'stop') return undefined
  if (change === 'id') return { ...answered, clientId: await askForClientId(), isNew: undefined }
  if (change === 'secret') return { ...answered, secret: await askForSecret() }
  if (change === 'less') return { ...answered, scope: ownScopes }
  return answered
}

type Change = 'id' | 'secret' | 'less' | 'again' | 'stop'

function likelyChange({ code, reason }: OdLinkError): Change {
  if (code === unknownApp) return 'id'
  if (reason === 'client-secret') return 'secret'
  // "Need admin approval" is a page of the browser, which comes back as a refusal of the person's, or not at all.
  const approval: string[] = [
    'admin-approval-needed',
    'consent-needed',
    'sign-in-declined',
    'sign-in-timeout',
  ]
  return approval.includes(reason) ? 'less' : 'again'
}
