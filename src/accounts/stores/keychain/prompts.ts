import { notices } from '../../../notices.ts'
import { monotonicMs } from '../../../system/clock.ts'
import { longDuration } from '../../../text/format.ts'
import { mayAsk } from '../limits.ts'
import { type Bus, BusError, type MethodCall } from './dbus.ts'
import type { Value } from './dbus-values.ts'
import {
  interfaces,
  nothing,
  on,
  onService,
  property,
  replyMs,
  servicePath,
} from './secret-service-objects.ts'

/*
 * The dialogs of the Secret Service: it unlocks, and asks for permission, with prompts of its own. The wait for the person at
 * them has a limit.
 */

/** After this, a call that may show a dialog says so; and a prompt that the service wants to show. */
const noticeAfterMs = 1_000
const promptNoticeMs = 150

/** What a dialog of the service asks, as the end of a sentence. */
export type Question =
  | 'to be unlocked'
  | 'whether od-link may read it'
  | 'whether od-link may change it'
  | 'whether od-link may remove it'
  | 'to open or create a keyring'

/**
 * The keychain needs a person: nobody answered its dialog in time, or the dialog was `dismissed` by the person or for want of
 * a display. Most often it asks to be unlocked; some keychains also ask for permission, each time.
 */
export class Locked extends Error {
  override readonly name: string

  constructor(
    readonly dismissed: boolean,
    asked: Question = 'to be unlocked',
  ) {
    super(`the dialog that asks ${asked} was ${dismissed ? 'dismissed' : 'not answered in time'}`)
    if (asked === 'to be unlocked') this.name = dismissed ? 'dismissed' : 'locked'
    else if (asked === 'to open or create a keyring') this.name = nothingOpen
    else this.name = dismissed ? 'denied' : 'unanswered'
  }
}

/** The name of errors where the service has no collection, so that nobody can say what would be in it. */
export const nothingOpen = 'nothing-open'

/** The person at the dialogs of the service: one limit for all of them, from the first that may be shown. */
export interface Person {
  /** Milliseconds left. */
  left: () => number
  /** Says once what the service asks. */
  notify: (asks: Question) => void
}

/** @param waitMs how long the person may take, over all dialogs. */
export function newPerson(waitMs: number): Person {
  let began: number | undefined
  let notified = ''
  return {
    left() {
      began ??= monotonicMs()
      return Math.max(0, waitMs - (monotonicMs() - began))
    },
    notify(asks) {
      if (notified === asks) return
      notified = asks
      notices.waiting(`The keychain is asking ${asks}; waiting up to ${longDuration(waitMs / 1000)}…`)
    },
  }
}

/**
 * A call that may show a dialog before it replies, as KeePassXC does. While it does, the service still replies to a ping; a
 * service that hangs does not.
 */
export async function patientCall(
  bus: Bus,
  person: Person,
  { asks, ...call }: MethodCall & { asks: Question },
): Promise<Value[]> {
  const limitMs = Math.max(replyMs, person.left())
  const reply = bus.call({ ...call, limitMs })
  const slow = Symbol()
  let timer: NodeJS.Timeout | undefined
  const noticeMs = new Promise<typeof slow>((resolve) => {
    timer = setTimeout(() => resolve(slow), noticeAfterMs)
  })
  let isAsking = false
  try {
    const first = await Promise.race([reply, noticeMs])
    if (first !== slow) return first
    await bus.call(on(servicePath, 'org.freedesktop.DBus.Peer', 'Ping'))
    if (!mayAsk()) throw new Locked(true, asks)
    isAsking = true
    person.notify(asks)
    return await reply
  } catch (error) {
    reply.catch(() => {})
    const isLate = error instanceof BusError && error.name === 'timeout'
    throw isLate && isAsking ? new Locked(false, asks) : error
  } finally {
    clearTimeout(timer)
  }
}

/** Unlocks objects, with a prompt where the service wants one. @throws Locked when the person does not. */
export async function unlock(bus: Bus, person: Person, objects: string[]): Promise<void> {
  if (objects.length === 0) return
  const [, prompt] = await patientCall(bus, person, {
    ...onService('Unlock', 'ao', [objects]),
    asks: 'to be unlocked',
  })
  if (prompt === nothing) return
  // A service that confirms each access shows items as locked although their collection is not.
  const isOpen = (await Promise.all(objects.map((object) => isInOpenCollection(bus, object)))).every(Boolean)
  await finishPrompt(bus, person, prompt as string, isOpen ? 'whether od-link may read it' : undefined)
}

/** Shows a prompt of the service, if it needs one, and waits for the person up to a limit. */
export async function finishPrompt(
  bus: Bus,
  person: Person,
  path: string,
  asks: Question = 'to be unlocked',
): Promise<Value | undefined> {
  if (path === nothing) return undefined
  if (!mayAsk()) throw new Locked(true, asks)
  const completed = await bus.signal(path, interfaces.prompt, 'Completed')
  // Some services return a prompt that needs nobody, and completes at once.
  const notice = setTimeout(() => person.notify(asks), promptNoticeMs)
  let timer: NodeJS.Timeout | undefined
  const outOfTime = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), person.left())
  })
  const outcome = await Promise.race([completed.arguments, outOfTime, refusal(bus, path)]).finally(() => {
    clearTimeout(timer)
    clearTimeout(notice)
  })
  if (outcome === undefined) {
    // Removes the prompt from the screen; the reply does not matter.
    bus.call(on(path, interfaces.prompt, 'Dismiss')).catch(() => {})
    throw new Locked(false, asks)
  }
  if (outcome[0] === true) throw new Locked(true, asks)
  return outcome[1]
}

/** Whether an object is an item whose collection is not locked. */
async function isInOpenCollection(bus: Bus, object: string): Promise<boolean> {
  const collection = object.slice(0, object.lastIndexOf('/'))
  if (!collection.startsWith(`${servicePath}/collection/`)) return false
  return (await property(bus, collection, interfaces.collection, 'Locked').catch(() => true)) === false
}

/** Shows the prompt. Some services reply only when it is closed, so this waits only for a refusal to show it. */
async function refusal(bus: Bus, path: string): Promise<never> {
  try {
    await bus.call(on(path, interfaces.prompt, 'Prompt', 's', ['']))
  } catch (error) {
    if ((error as Error).name !== 'timeout') throw error
  }
  return new Promise<never>(() => {})
}
