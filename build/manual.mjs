import { readFile } from 'node:fs/promises'
import { build } from 'rolldown'

/** The manual page, made from the descriptions of the commands. */
export async function manualPage() {
  const { output } = await build({
    input: 'src/commands/help/manual.ts',
    platform: 'node',
    // The descriptions name the commands' actions, and do not need them.
    external: /\/run\.ts$/,
    write: false,
    output: { format: 'esm', codeSplitting: false },
  })
  const module = await import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString('base64')}`)
  const { version } = JSON.parse(await readFile('package.json', 'utf8'))
  return module.manualPage(version)
}
