import { describe, expect, it } from 'vitest'
import { kindNames } from '../../campaigns/weather/kinds.ts'
import { cells, sample } from '../../campaigns/weather/promises.ts'
import { tryAll } from '../../campaigns/weather/run.ts'
import { weatherNames } from '../../campaigns/weather/weathers.ts'
import { canUnshare } from '../helpers/system/real-part.ts'

const canCloseTheWay = canUnshare(['--map-root-user', '--mount'], 'a way to Microsoft that can be closed')

/** `npm run test:weather` tries all cells; here is a sample of every kind of request and every weather. */
describe.runIf(canCloseTheWay)('in bad weather', () => {
  it('od-link keeps every promise: time, exit code, a next step, and the links', async () => {
    const results = await tryAll(sample, 6, () => {})
    const broken = results.filter((one) => one.broken.length > 0)
    expect(
      broken.map(({ cell, outcome, broken }) => ({
        ...cell,
        broken,
        stdout: outcome.stdout,
        stderr: outcome.stderr,
      })),
    ).toEqual([])
  }, 240_000)
})

describe('the sample of cells', () => {
  it('has every kind of request and every weather', () => {
    expect(new Set(sample.map(({ kind }) => kind))).toEqual(new Set(kindNames))
    expect(new Set(sample.map(({ weather }) => weather))).toEqual(new Set(weatherNames))
    expect(new Set(cells.map(({ kind, weather }) => `${kind}, ${weather}`)).size).toBeGreaterThan(200)
  })
})
