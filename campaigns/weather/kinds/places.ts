/* The requests that find out what a web address stands for. */

import type { Station } from '../station.ts'
import { flagsOf, type How, type Kind, maxWait } from './kind.ts'

/** @param address of what is saved, below the cell's origin. */
const add = (address: (at: Station) => string) => (at: Station, how: How) =>
  at.world.run(['drive', 'add', how.name, `${how.origin}${address(at)}`, ...flagsOf(how)], how.options)

const byLink = add(({ sharingLink }) => sharingLink)
const bySite = add(() => '/sites/project-x/Archive')
const saved = /Saved "w\d+:"|"name":"w\d+"/

const shared = {
  service: 'graph',
  repeated: true,
  limit: maxWait(120),
  done: saved,
  doneIsMessage: true,
} as const

/** Each time: otherwise what is above would be found there. */
const refusedShares = { match: '/shares/', effect: { status: 404 }, count: 1_000 }

export const places = {
  address: {
    ...shared,
    asks: 'GET /shares/…/driveItem',
    command: 'od-link drive add NAME LINK',
    match: 'GET /v1.0/shares/',
    run: byLink,
  },
  site: {
    ...shared,
    asks: 'GET /sites/HOST:/…, after a refusal of /shares',
    command: 'od-link drive add NAME SITE',
    match: '/GET .v1.0.sites.[^/]*:/',
    after: '/shares/',
    because: refusedShares,
    run: bySite,
  },
  libraries: {
    ...shared,
    asks: 'GET the libraries of a site',
    command: 'od-link drive add NAME SITE',
    match: '/GET .v1.0.sites.[^/]*.drives/',
    after: 'GET /v1.0/sites/',
    because: refusedShares,
    run: bySite,
  },
  place: {
    ...shared,
    asks: 'GET the folder that an address stands for',
    command: 'od-link drive add NAME LINK',
    match: 'GET /v1.0/drives/',
    after: '/shares/',
    run: byLink,
  },
  'path or keys': {
    ...shared,
    asks: 'GET a name that nothing has, where another cloud may ignore paths',
    command: 'od-link drive add NAME LINK',
    match: '/GET .*:.od-link-/',
    after: 'GET /v1.0/drives/',
    run: byLink,
  },
  'may write': {
    ...shared,
    asks: 'POST …/createUploadSession, to learn whether one may write',
    command: 'od-link drive add NAME LINK',
    match: '/createUploadSession',
    after: ':/od-link-',
    run: byLink,
  },
} as const satisfies Record<string, Kind>
