import { writeFileSync } from 'node:fs'
import { build } from 'rolldown'

/** Bundles a TypeScript script that imports modules of src into a program. */
export async function bundle(script: string, program: string): Promise<void> {
  const source = `${program}.ts`
  writeFileSync(source, script)
  await build({
    input: source,
    platform: 'node',
    output: { file: program, format: 'cjs', codeSplitting: false },
  })
}
