import type { Attack } from '../attack.ts'
import type { Stage } from '../stage.ts'
import { bodyCases, statusCases } from './body-cases.ts'
import { deviceCases } from './device-cases.ts'
import { driveCases } from './drive-cases.ts'
import { fieldCases } from './field-cases.ts'
import { idTokenCases } from './id-token-cases.ts'
import { nextPageCases, placeCases } from './place-cases.ts'
import { redirectCases } from './redirect-cases.ts'
import { refusalCases } from './refusal-cases.ts'
import { wireCases } from './wire-cases.ts'

/** All attacks. @param everything every replacement for each field, instead of some in rotation. */
export async function allCases(stage: Stage, everything = false): Promise<Attack[]> {
  return [
    ...idTokenCases,
    ...redirectCases(stage),
    ...placeCases(stage),
    ...nextPageCases,
    ...deviceCases,
    ...driveCases,
    ...refusalCases,
    ...bodyCases,
    ...statusCases,
    ...wireCases,
    ...(await fieldCases(stage, everything)),
  ]
}
