import { type Command, helpOption, type Option, usageOf } from './command.ts'
import { blocksAsText, table, wrapped } from './layout.ts'

/** The help of a verb, line by line. */
export function commandHelp(name: string, command: Command): string[] {
  const { summary, variant, examples, notes } = command
  const { own, ofVariant } = optionsOf(command)
  return [
    sentence(summary),
    '',
    ...usagesOf(name, command).map((usage, index) => `${index === 0 ? 'Usage: ' : '       '}${usage}`),
    '',
    'Options:',
    ...optionTable([...own, helpOption]),
    '',
    ...(variant ? ['Many at once:', ...optionTable(ofVariant), ''] : []),
    'Examples:',
    ...examples.flatMap(([line, effect]) => [`  $ ${line}`, ...wrapped(effect, 6)]),
    ...(notes ? ['', ...blocksAsText(notes)] : []),
  ]
}

/** The lines of usage. */
export function usagesOf(name: string, { positional, variant, options }: Command): string[] {
  const flag = options.find((option) => option.name === variant?.with)
  const ways = [
    usageOf(positional),
    ...(flag ? [`${longFlag(flag)} ${usageOf(variant?.positional ?? [])}`] : []),
  ]
  return ways.map((way) =>
    ['od-link', name, way, options.length > 0 && '[options]'].filter(Boolean).join(' '),
  )
}

/** The options that make sense without the variant, and those of the variant. */
export function optionsOf({ options, variant }: Command) {
  const ofVariant = variant ? options.filter((one) => [one.name, one.with].includes(variant.with)) : []
  return { own: options.filter((one) => !ofVariant.includes(one)), ofVariant }
}

function optionTable(options: readonly Option[]): string[] {
  return table(
    options.map((option) => [
      `${option.short ? `-${option.short}, ` : '    '}${longFlag(option)}`,
      option.help,
    ]),
  )
}

/** `--account NAME`, `--kind public|web`. */
export function longFlag({ name, value, choices }: Option): string {
  return [`--${name}`, choices?.join('|') ?? value].filter(Boolean).join(' ')
}

/** A summary as a sentence: a capital letter, and a full stop. */
export function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`
}
