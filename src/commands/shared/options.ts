import type { Option } from '../../cli/command.ts'
import type { CloudName } from '../../identity/clouds.ts'

/** Options that several commands have. */

export const json: Option = { name: 'json', help: 'print JSON, errors too' }
export const verbose: Option = {
  name: 'verbose',
  aliases: ['-v'],
  help: 'show each request on stderr, without secrets',
}
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
  default: '120',
  help: 'total seconds to wait when throttled',
}
export const tenant: Option = {
  name: 'tenant',
  value: 'TENANT',
  offers: ['common', 'organizations', 'consumers'],
  default: 'common',
  help: 'common, organizations, consumers, a domain or an ID',
}
export const listen: Option = {
  name: 'listen',
  value: 'HOST:PORT',
  help: 'where your web server forwards requests to an https redirect URI',
}
export const scope: Option = {
  name: 'scope',
  value: 'SCOPES',
  default: 'User.Read Files.ReadWrite.All',
  help: 'the access to request',
}

/** Written once more, since the clouds themselves take a while to load; the compiler sees to it that they are the same. */
const clouds: Record<CloudName, true> = { global: true, usgov: true, dod: true, china: true }
export const cloudNames = Object.keys(clouds)
/** `global, usgov, dod or china` */
export const cloudsInWords = `${cloudNames.slice(0, -1).join(', ')} or ${cloudNames.at(-1)}`

/** Of the commands for files. */
export const parents: Option = { name: 'parents', short: 'p', help: 'create missing folders' }
export const onConflict: Option = {
  name: 'on-conflict',
  value: 'CHOICE',
  choices: ['fail', 'replace', 'rename'],
  default: 'fail',
  help: 'what to do when the name is taken',
}
export const jobs: Option = {
  name: 'jobs',
  value: 'N',
  default: '8',
  help: 'how many files at the same time, 1 to 64',
}

/** What fingers know from cp and mv. */
export const foreignForce = [
  ['-f', '--force'],
  'To replace what has the name: --on-conflict replace',
] as const
export const foreignTree = [['-r', '-R', '--recursive'], 'For a whole tree of folders, use rclone.'] as const
