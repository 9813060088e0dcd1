import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { useLinked } from '../helpers/program/linked.ts'
import { listOf, treeOf } from '../helpers/program/many-folders.ts'
import { ctrlC } from '../helpers/terminal/at-terminal.ts'
import { hasTerminal, odLinkWord, startInTerminal } from '../helpers/terminal/terminal.ts'

/** What asks a person, or shows progress, and how it looks in the middle of it. */
const asking: [what: string, args: string, middle: RegExp][] = [
  ['a question', 'setup', /\[1\]: $/],
  ['a question for a secret', 'config set client-secret', /: $/],
  ['a login that waits for a pasted address', 'login --no-browser', /Press Ctrl-C to cancel/],
  ['a login by code', 'login --device', /Press Ctrl-C|Waiting/],
  ['the progress of a list', 'mkdir --jobs 1 --from-file list', /\/list.*\/c9\n/],
]

describe.runIf(hasTerminal())('a terminal', () => {
  const at = useLinked()
  afterEach(() => at.sandbox.control('POST', 'settings', { latencyMs: 0 }))

  /** @param end ends od-link, whose process ID it gets. */
  async function leftBy(
    args: string,
    middle: RegExp,
    end: (type: (keys: string) => void, pid: number) => void,
  ) {
    await at.sandbox.control('POST', 'settings', { latencyMs: 100 })
    writeFileSync(join(at.world.dir, 'list'), listOf(treeOf(`/list${Math.random()}`, 20, 40)))
    const pidFile = join(at.world.dir, 'pid')
    const line = [
      `cd '${at.world.dir}'`,
      // The shell itself outlives the Ctrl-C, to look.
      'trap : INT',
      'before=$(stty -g)',
      `sh -c 'trap - INT; echo $$ > pid; exec ${odLinkWord.replaceAll("'", '')} ${args}'`,
      'code=$?',
      '[ "$before" = "$(stty -g)" ] && echo "left as it was" || stty -a',
      'exit $code',
    ]
    const { seen, type, ended } = startInTerminal(line.join('\n'), {
      ...at.world.env,
      OD_LINK_CLIENT_ID: args === 'setup' ? undefined : at.sandbox.clientId,
    })
    await seen(middle)
    end(type, Number(readFileSync(pidFile, 'utf8')))
    return ended
  }

  describe.each(asking)('with %s', (_, args, middle) => {
    it('is left as it was by Ctrl-C', async () => {
      const { code, shown } = await leftBy(args, middle, (type) => type(ctrlC))
      expect(shown).toContain('left as it was')
      expect(code).toBe(130)
    })

    it.each([
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const)('is left as it was by %s', async (signal, wanted) => {
      const { code, shown } = await leftBy(args, middle, (_, pid) => process.kill(pid, signal))
      expect(shown).toContain('left as it was')
      expect(code).toBe(wanted)
    })
  })
})
