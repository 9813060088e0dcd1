import type { Option } from './command.ts'

/** Options that several commands have. */

export const helpOption: Option = { name: 'help', short: 'h', help: 'show this help' }
export const json: Option = { name: 'json', help: 'print JSON, errors too' }
export const verbose: Option = { name: 'verbose', help: 'show each request on stderr, without secrets' }
export const account: Option = {
  name: 'account',
  short: 'a',
  value: 'NAME',
  takes: 'account',
  help: 'a short name, an address or an id',
}
export const maxWait: Option = {
  name: 'max-wait',
  value: 'SECONDS',
  help: 'the longest to wait for a busy server, all together (120)',
}
export const tenant: Option = {
  name: 'tenant',
  value: 'TENANT',
  offers: ['common', 'organizations', 'consumers'],
  help: 'common, organizations, consumers, a domain or an id (common)',
}

export const cloudNames = ['global', 'usgov', 'dod', 'china'] as const
