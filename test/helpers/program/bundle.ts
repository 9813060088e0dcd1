import { writeFileSync } from 'node:fs'
import { build } from 'rolldown'

/** Makes a program for a process of its own out of a script in TypeScript that imports modules of src. */
export async function bundle(script: string, program: string): Promise<void> {
  const source = `${program}.ts`
  writeFileSync(source, script)
  await build({
    input: source,
    platform: 'node',
    output: { file: program, format: 'cjs', codeSplitting: false },
  })
}
