import type { Cell } from './promises.ts'
import { type Result, type Station, startStation, tryCell } from './station.ts'

/** Tries cells, several at a time, the longest first; the results are in the order of the cells. */
export async function tryAll(
  cells: readonly Cell[],
  atOnce: number,
  onResult: (result: Result, left: number) => void,
): Promise<Result[]> {
  const queue = cells.toSorted((one, other) => other.withinSeconds - one.withinSeconds)
  const results = new Map<Cell, Result>()
  const work = async (station: Station) => {
    for (let cell = queue.shift(); cell; cell = queue.shift()) {
      const result = await tryCell(station, cell)
      results.set(cell, result)
      onResult(result, queue.length)
    }
  }
  const stations = await Promise.all(Array.from({ length: Math.min(atOnce, cells.length) }, startStation))
  try {
    await Promise.all(stations.map(work))
  } finally {
    await Promise.all(stations.map((station) => station.stop()))
  }
  return cells.map((cell) => results.get(cell) as Result)
}
