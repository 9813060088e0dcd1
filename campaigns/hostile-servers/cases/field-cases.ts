import type { Attack } from '../attack.ts'
import { everyField } from '../fields.ts'
import { type Scene, type SceneName, scenes } from '../scenes.ts'
import { reset, type Stage } from '../stage.ts'

/** The output formats, in rotation. */
const formats = [[], ['--json'], ['--verbose']] as const

/**
 * Replaces one field of one genuine answer at a time. The answers are recorded from an undisturbed run, so
 * that no field is forgotten.
 * @param all every replacement for each field, instead of some in rotation.
 */
export async function fieldCases(stage: Stage, all: boolean): Promise<Attack[]> {
  const attacks: Attack[] = []
  for (const [scene, { kinds, bend, prepare }] of Object.entries(scenes) as [SceneName, Scene][]) {
    reset(stage)
    prepare?.(stage)
    stage.server.plot = { kinds: [], tamper: () => undefined, bend }
    const { code, stderr, stdout } = await (await scenes[scene].start(stage, [])).ended
    if (scene !== 'refused' && code !== 0)
      throw new Error(`${scene} fails without an attack: ${stdout}${stderr}`)
    for (const kind of kinds) {
      const answers = stage.server.seen
        .filter(({ exchange }) => exchange.kind === kind)
        .map(({ answer }) => answer)
      if (answers.length === 0) throw new Error(`${scene} does not ask for ${kind}`)
      for (const { name, tamper } of everyField(answers, all)) {
        const flags = formats[attacks.length % formats.length] ?? []
        attacks.push({ group: `Fields: ${kind}`, name, scene, kinds: [kind], tamper, flags })
      }
    }
  }
  return attacks
}
