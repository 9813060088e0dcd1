/* The requests that create folders, in the own drive and behind a shortcut. */

import type { Station } from '../station.ts'
import { flagsOf, type How, inJson, type Kind, maxWait } from './kind.ts'

export const folder = /^\/w\d+|"path":"\/w\d+/m

/** @param args a path among them; default: a new folder in the root. */
export const mkdir =
  (...args: string[]) =>
  ({ world }: Station, how: How) =>
    world.run(
      [
        'mkdir',
        ...flagsOf(how),
        ...args,
        ...(args.some((arg) => arg.startsWith('/')) ? [] : [`/${how.name}`]),
      ],
      how.options,
    )

/** A new folder behind a shortcut. */
const mkdirBehind = (at: Station, how: How) => mkdir(`${shortcut}/${how.name}`)(at, how)

const mkdirMany = ({ world }: Station, how: How) =>
  world.run(['mkdir', '--from-file', '-', ...flagsOf(how)], {
    ...how.options,
    input: ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `/${how.name}/${name}\n`).join(''),
  })

const create = 'POST /v1.0/me/drive'
/** The sandbox has it in Ada's drive from the start. */
const shortcut = '/Reports of Charles'
const behind = /^\/Reports of Charles\/w\d+|"path":"\/Reports of Charles\/w\d+/m

export const folders = {
  drive: {
    asks: 'GET /me/drive',
    service: 'graph',
    command: 'od-link status --check',
    match: 'GET /v1.0/me/drive',
    after: '/oauth2/v2.0/token',
    repeated: true,
    limit: { stays: 30, passes: 30, default: 30, why: 'one link check' },
    done: /works, business drive|"works":true/,
    run: ({ world }, how) => world.run(['status', '--check', ...inJson(how)], how.options),
  },
  create: {
    asks: 'POST …/children',
    service: 'graph',
    command: 'od-link mkdir PATH',
    match: create,
    repeated: true,
    // Enough for a silent attempt and the lookup after it.
    limit: { ...maxWait(120), stays: 9 },
    done: folder,
    run: mkdir(),
  },
  look: {
    asks: 'GET the item, after "the name is taken"',
    service: 'graph',
    command: 'od-link mkdir -p PATH',
    match: 'GET /v1.0/me/drive',
    after: create,
    repeated: true,
    limit: maxWait(120),
    done: /^\/there$|"path":"\/there"/m,
    run: mkdir('-p', '/there'),
  },
  settle: {
    asks: 'GET the item, after a lost answer',
    service: 'graph',
    command: 'od-link mkdir PATH',
    match: 'GET /v1.0/me/drive',
    after: create,
    because: { match: create, effect: { lost: true } },
    repeated: true,
    limit: { ...maxWait(120), stays: 6 },
    done: folder,
    run: mkdir(),
  },
  batch: {
    asks: 'POST /$batch',
    service: 'graph',
    command: 'od-link mkdir --from-file LIST',
    match: 'POST /v1.0/$batch',
    repeated: true,
    limit: maxWait(600),
    done: /^\/w\d+\/f$|"created":true/m,
    run: mkdirMany,
  },
  item: {
    asks: 'one request in a /$batch',
    service: 'graph',
    command: 'od-link mkdir --from-file LIST',
    match: '/POST .*children$/',
    repeated: true,
    limit: maxWait(600),
    done: /^\/w\d+\/f$|"created":true/m,
    run: mkdirMany,
  },
  shortcut: {
    asks: 'GET the item above, which may be a shortcut',
    service: 'graph',
    command: 'od-link mkdir SHORTCUT/PATH',
    match: 'GET /v1.0/me/drive',
    after: create,
    repeated: true,
    limit: maxWait(120),
    done: behind,
    run: mkdirBehind,
  },
  behind: {
    asks: 'POST …/children, behind a shortcut',
    service: 'graph',
    command: 'od-link mkdir SHORTCUT/PATH',
    match: '/POST .v1.0.drives.*children$/',
    after: 'GET /v1.0/me/drive',
    repeated: true,
    limit: maxWait(120, 9),
    done: behind,
    run: mkdirBehind,
  },
} as const satisfies Record<string, Kind>
