import type { SceneName } from '../scenes.ts'
import type { Kind } from '../tamperer.ts'

/** Each kind of request, with a command that sends it. */
const requests: [SceneName, Kind][] = [
  ['login', 'discovery'],
  ['login', 'token by code'],
  ['login', 'keys'],
  ['setup', 'authorize'],
  ['device', 'device code'],
  ['device', 'device poll'],
  ['renewal', 'token by refresh'],
  ['mkdir', 'create'],
  ['reuse', 'look'],
  ['list', 'list'],
  ['many', 'batch'],
  ['status', 'drive'],
  ['doctor', 'me'],
  ['ls', 'list'],
  ['upload', 'content'],
  ['session', 'session'],
  ['session', 'piece'],
  ['download', 'bytes'],
  ['mv', 'change'],
  ['rm', 'removal'],
  ['share', 'sharing link'],
  ['drive', 'address'],
]

const formats = [[], ['--json'], ['--verbose']] as const
let turn = 0

/**
 * Every kind of request.
 * @param name the name of the attack; output formats rotate with it.
 */
export function everyRequest(name: string) {
  turn += name.length
  return requests.map(([scene, kind], at) => ({
    scene,
    kinds: [kind],
    flags: formats[(turn + at) % formats.length] ?? [],
  }))
}
