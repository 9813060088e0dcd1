// Asks the registry about the packages: does it vouch for them by its signature, does it know of weaknesses?
// `npm run audit`. It needs the network, so no test depends on it, and it says where a registry gives no answer.
import { spawnSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { root } from './run.mjs'

const questions = [
  { what: 'signatures', args: ['audit', 'signatures', '--fetch-retries=0'] },
  { what: 'weaknesses in what is installed with od-link', args: ['audit', '--omit=dev'] },
  // Their code ships in dist, though they are development dependencies.
  { what: 'weaknesses in the whole tree', args: ['audit'] },
]

/** A registry, a mirror as a rule, that has no keys or no such service; or none that could be asked. */
const noAnswer =
  /audit endpoint returned an error|no dependencies to audit|found no dependencies|E40[045]|ENOTFOUND|ECONN|ETIMEDOUT/i

/**
 * @returns `{ what, answer, ok }` a question: `ok` is undefined where the registry did not answer, and `answer` what
 *   npm said.
 */
export function audit() {
  const shell = process.platform === 'win32'
  return questions.map(({ what, args }) => {
    const { status, stdout, stderr } = spawnSync('npm', args, { cwd: root, encoding: 'utf8', shell })
    const answer = `${stdout}${stderr}`.trim()
    return { what, answer, ok: status === 0 ? true : noAnswer.test(answer) ? undefined : false }
  })
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const { what, answer, ok } of audit()) {
    console.log(`${what}: ${ok === undefined ? 'the registry did not answer' : ok ? 'fine' : 'NOT FINE'}`)
    console.log(answer.replace(/^/gm, '  '))
    if (ok === false) process.exitCode = 1
  }
}
