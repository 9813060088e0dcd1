/** The folders of the comparison: so many parents below one top folder, each with so many children. */
export interface Shape {
  top: string
  parents: number
  children: number
}

/** All paths, parents first. */
export function pathsOf({ top, parents, children }: Shape): string[] {
  const above = Array.from({ length: parents }, (_, p) => `${top}/parent ${p}`)
  const below = above.flatMap((parent) => Array.from({ length: children }, (_, c) => `${parent}/child ${c}`))
  return [top, ...above, ...below]
}

interface Planned {
  /** The batches that must be answered before. */
  after: number[]
  requests: object[]
}

const largest = 20

/**
 * The schedule that needs the fewest rounds: one look at what is there, then every batch full, and a folder in the
 * batch of its parent where there is room. Nothing is decided while it runs.
 */
export function idealSchedule(shape: Shape): Planned[] {
  const schedule: Planned[] = [
    { after: [], requests: [{ id: '1', method: 'GET', url: '/me/drive/root/children?$top=200' }] },
  ]
  const placeOf = new Map<string, { batch: number; id: string }>()
  for (const path of pathsOf(shape)) {
    let batch = schedule.at(-1) as Planned
    if (schedule.length === 1 || batch.requests.length === largest) {
      batch = { after: [0], requests: [] }
      schedule.push(batch)
    }
    const id = String(batch.requests.length + 1)
    const parent = path.slice(0, path.lastIndexOf('/'))
    const place = placeOf.get(parent)
    const isHere = place?.batch === schedule.length - 1
    if (place && !isHere && !batch.after.includes(place.batch)) batch.after.push(place.batch)
    batch.requests.push({
      id,
      ...creation(parent, path.slice(parent.length + 1)),
      ...(isHere ? { dependsOn: [place.id] } : {}),
    })
    placeOf.set(path, { batch: schedule.length - 1, id })
  }
  return schedule
}

function creation(parent: string, name: string): object {
  const at = parent === '' ? 'root' : `root:${parent.split('/').map(encodeURIComponent).join('/')}:`
  return {
    method: 'POST',
    url: `/me/drive/${at}/children`,
    headers: { 'Content-Type': 'application/json' },
    body: { name, folder: {}, '@microsoft.graph.conflictBehavior': 'fail' },
  }
}

/** How many round trips a schedule takes with so many batches under way at once. */
export function roundsOf(schedule: Planned[], atOnce: number): number {
  const round: number[] = []
  const used: number[] = []
  for (const { after } of schedule) {
    let at = Math.max(0, ...after.map((batch) => (round[batch] ?? 0) + 1))
    while ((used[at] ?? 0) >= atOnce) at += 1
    used[at] = (used[at] ?? 0) + 1
    round.push(at)
  }
  return used.length
}
