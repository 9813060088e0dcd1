import type { OdLinkError } from '../errors.ts'
import type { NextCommand, NextRun, NextStep } from '../text/next-step.ts'
import type { Arguments, Command, Commands, Option } from './command.ts'

/** The command line that ran. */
export interface Typed {
  verb: string
  args: Arguments
}

type Flags = NonNullable<NextCommand['flags']>

/** What only changes how the output looks: a person who pastes the next command may want it or not. */
const ofOutput = new Set(['json', 'verbose', 'quiet'])
/** What says which link or which registration is meant. Another verb that has such an option gets it as it was typed. */
const ofIdentity = new Set([
  'account',
  'client-id',
  'tenant',
  'cloud',
  'redirect-uri',
  'listen',
  'scope',
  'as',
  'login-hint',
])

/**
 * The next steps of an error for the command line that failed: each command keeps the options that were typed, and none is
 * the command that has just failed. Steps that need an option that the command does not have are left out.
 */
export function nextStepsFor(
  error: Pick<OdLinkError, 'next' | 'code'>,
  verbs: Commands,
  typed: Typed,
): readonly NextStep[] {
  const steps: NextStep[] = []
  for (const step of error.next) {
    const complete = typeof step === 'string' ? step : completeRun(step, verbs, typed)
    if (complete === undefined) continue
    if (complete !== 'the same') steps.push(complete)
    // It may work after something else was done; but another attempt that was this one is over.
    else if (typeof step !== 'string' && !step.again && step.flags) continue
    else if (typeof step !== 'string' && step.intro) steps.push(`${step.intro} run the same command again.`)
    else if (steps.length > 0) steps.push('Then run the same command again.')
  }
  if (steps.length > 0 || error.next.length === 0) return withoutOr(steps)
  const number = /^AADSTS(\d+)$/.exec(error.code ?? '')?.[1]
  if (number) return [`See https://login.microsoftonline.com/error?code=${number}`]
  return verbs.doctor && typed.verb !== 'doctor' ? [{ intro: 'To look for the cause:', verb: 'doctor' }] : []
}

/** What was the second choice is the first one where the first was left out. */
function withoutOr([first, ...more]: readonly NextStep[]): readonly NextStep[] {
  if (first === undefined) return []
  const sentence = (text: string) => text.replace(/^Or,? (\w)/, (_, letter: string) => letter.toUpperCase())
  if (typeof first === 'string') return [sentence(first), ...more]
  return [{ ...first, ...(first.intro === undefined ? {} : { intro: sentence(first.intro) }) }, ...more]
}

/** @returns undefined when there is no such command, `the same` for the one that was typed. */
function completeRun(step: NextRun, verbs: Commands, typed: Typed): NextStep | 'the same' | undefined {
  const { intro, and, again: _, ...first } = step
  const command = complete(first, verbs, typed)
  if (command === undefined) return undefined
  if (isSame(command, verbs, typed) && !and) return 'the same'
  const second = and && complete(and, verbs, typed)
  return { ...(intro === undefined ? {} : { intro }), ...command, ...(second ? { and: second } : {}) }
}

function complete(step: NextCommand, verbs: Commands, typed: Typed): NextCommand | undefined {
  const { verb = typed.verb, action, replacing } = step
  const { positional } = typed.args
  const args =
    step.args ?? (replacing && positional.map((word) => (word === replacing[0] ? replacing[1] : word)))
  const description = verbs[verb]
  if (!description) return step
  const flags = withLongNames(step.flags ?? {}, description)
  const isAgain = verb === typed.verb && (action === undefined || action === typed.args.positional[0])
  if (!step.verb && !Object.keys(flags).every((name) => optionOf(description, name))) return undefined
  // What may be a secret is not repeated, so neither is its command.
  const hasSecret =
    isAgain &&
    description.options.some(({ name, secret }) => secret && typed.args.options[name] !== undefined)
  if (hasSecret && !step.verb) return { flags }
  const kept = keptOptions(description, flags, typed, isAgain && !hasSecret)
  return {
    verb,
    ...(action === undefined ? {} : { action }),
    // In the spelling of the step: `-p`.
    flags: { ...kept, ...longerThanTyped(step.flags ?? {}, typed) },
    args: args ?? (step.verb === undefined ? positional : []),
  }
}

/** A wait that is not longer than the one that was too short would not help. */
function longerThanTyped(flags: Flags, { args }: Typed): Flags {
  const { 'max-wait': wait } = flags
  const typed = Number(args.options['max-wait'])
  return wait !== undefined && Number(wait) <= typed ? { ...flags, 'max-wait': String(typed * 2) } : flags
}

function optionOf({ options }: Command, name: string): Option | undefined {
  return options.find((option) => option.name === name)
}

function withLongNames(flags: Flags, { options }: Command): Flags {
  const long = (name: string) => options.find(({ short }) => short === name)?.name ?? name
  return Object.fromEntries(Object.entries(flags).map(([name, value]) => [long(name), value]))
}

/** The options that were typed and still fit. */
function keptOptions(description: Command, flags: Flags, { args }: Typed, isAgain: boolean): Flags {
  const added = Object.keys(flags)
  const conflictsWith = (one: string, other: string) =>
    optionOf(description, one)?.conflicts?.includes(other) ||
    optionOf(description, other)?.conflicts?.includes(one)
  return Object.fromEntries(
    Object.entries(args.options).flatMap(([name, value]) => {
      if (value === undefined || value === false || ofOutput.has(name)) return []
      if (!isAgain && !ofIdentity.has(name)) return []
      const option = optionOf(description, name)
      if (!option || added.some((other) => other === name || conflictsWith(name, other))) return []
      const isOne = Array.isArray(value) && !option.multiple
      return [[name, isOne ? value[0] : value] as const]
    }),
  ) as Flags
}

function isSame(
  { verb, action, args = [], flags = {} }: NextCommand,
  verbs: Commands,
  typed: Typed,
): boolean {
  const description = verbs[typed.verb]
  const words = [...(action ? [action] : []), ...args]
  const given = (options: Record<string, unknown>) =>
    JSON.stringify(
      Object.entries(options)
        .filter(([name, value]) => value !== undefined && value !== false && !ofOutput.has(name))
        .map(([name, value]) => [name, [value].flat()])
        .sort(),
    )
  return (
    verb === typed.verb &&
    JSON.stringify(words) === JSON.stringify(typed.args.positional) &&
    given(description ? withLongNames(flags, description) : flags) === given(typed.args.options)
  )
}
