import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Whose a local socket is, before anything is said to it. An address of a bus outlives the bus: in a folder like /tmp
 * another user can take the name over, with a keyring that lets everybody in. The other way round nothing is to be
 * feared: the bus learns from the system who connects.
 *
 * Only the owner of the file is known, not who listens (Node has no SO_PEERCRED); but a socket gets its owner when it is
 * bound, and only root can change it. A look before the connection is enough where nobody else can put another socket
 * in its place meanwhile, so that is checked, too.
 */
export type SocketOwner =
  /** This user's, or root's where the system keeps its own. */
  | 'own'
  | 'foreign'
  /** Other users can put another one there, now or later. */
  | 'replaceable'
  | 'gone'

/** Where only root, and for each user that user's own folder, can put anything. */
const ofTheSystem = /^\/(var\/)?run\//
const mostLinks = 40

/** @param socket the path of a Unix socket, or its abstract name behind a NUL. */
export function ownerOfSocket(socket: string, me = Number(process.getuid?.())): SocketOwner {
  if (socket.startsWith('\0')) return ownerOfAbstract(socket, me)
  // The usual place needs one look: the folders above are root's, and each user's is a file system of its own, into
  // which no socket of another can be linked or moved.
  if (/^\/run\/user\/\d+\/bus$/.test(socket)) {
    const found = lstatSync(socket, { throwIfNoEntry: false })
    if (!found) return 'gone'
    if (!found.isSymbolicLink()) return isOwn(found.uid, socket, me) ? 'own' : 'foreign'
  }
  return ownerAtPath(socket, me)
}

/** Goes the way that the system will go, link by link: each folder on it and each link must be safe from others. */
function ownerAtPath(socket: string, me: number): SocketOwner {
  const isTrusted = (uid: number) => uid === me || uid === 0 || isUnmapped(uid)
  const names = (socket.startsWith('/') ? socket : join(process.cwd(), socket)).split('/')
  let at = '/'
  let links = 0
  let isSafe = true
  while (names.length > 0) {
    const name = names.shift()
    if (name === '..') at = dirname(at)
    if (!name || name === '.' || name === '..') continue
    const path = join(at, name)
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (!found) return 'gone'
    if (found.isSymbolicLink()) {
      isSafe &&= isTrusted(found.uid)
      links += 1
      if (links > mostLinks) return 'gone'
      const target = readlinkSync(path)
      names.unshift(...target.split('/'))
      if (target.startsWith('/')) at = '/'
      continue
    }
    if (!found.isDirectory()) {
      if (!isOwn(found.uid, path, me)) return 'foreign'
      return isSafe ? 'own' : 'replaceable'
    }
    // In a sticky folder nobody can rename or remove what is another's.
    const isOpen = (found.mode & 0o022) !== 0 && (found.mode & 0o1000) === 0
    isSafe &&= !isOpen && isTrusted(found.uid)
    at = path
  }
  return 'gone'
}

function isOwn(uid: number, path: string, me: number): boolean {
  return uid === me || (uid === 0 && ofTheSystem.test(path))
}

/**
 * Whether a user namespace shows this id for all users that it does not know, the machine's root among them
 * (user_namespaces(7), "Unmapped user and group IDs").
 */
function isUnmapped(uid: number): boolean {
  try {
    if (uid !== Number(readFileSync('/proc/sys/kernel/overflowuid', 'utf8'))) return false
    const ranges = readFileSync('/proc/self/uid_map', 'utf8').trim().split('\n')
    return !ranges.some((range) => {
      const [first = 0, , count = 0] = range.trim().split(/\s+/).map(Number)
      return uid >= first && uid < first + count
    })
  } catch {
    return false
  }
}

/**
 * An abstract name belongs to whoever takes it first, and has no owner that can be seen. So the process that listens is
 * looked for among this user's own; that takes a while, and such addresses are rare.
 */
function ownerOfAbstract(socket: string, me: number): SocketOwner {
  const listening = listeningAt(socket.replaceAll('\0', '@'))
  if (listening.length === 0) return 'gone'
  const own = socketsOf(me)
  return listening.every((inode) => own.has(inode)) ? 'own' : 'foreign'
}

/** The inodes of the sockets that listen under a name (proc(5), "/proc/net/unix"), or under it and NULs: older Nodes add those. */
function listeningAt(name: string): string[] {
  const listens = 0x1_0000
  return readFileSync('/proc/net/unix', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, flags = '', inode = '', path] = /^\S+ \S+ \S+ (\S+) \S+ \S+ +(\d+) (.*)$/.exec(line) ?? []
      return path?.replace(/@+$/, '') === name && Number.parseInt(flags, 16) & listens ? [inode] : []
    })
}

/** The inodes of all sockets that processes of a user hold. */
function socketsOf(uid: number): Set<string> {
  const found = new Set<string>()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const process = `/proc/${pid}`
      if (statSync(process).uid !== uid) continue
      for (const fd of readdirSync(`${process}/fd`)) {
        const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`${process}/fd/${fd}`)) ?? []
        if (inode) found.add(inode)
      }
    } catch {
      // It has ended meanwhile, or lets nobody look.
    }
  }
  return found
}
