/* The commands that transfer files, and those that save a drive. */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Outcome } from '../../test/helpers/program/od-link.ts'
import { link } from '../../test/helpers/program/waiting-login.ts'
import type { Left, Victim, Victims } from './kill.ts'
import { works } from './link-victims.ts'
import type { Machine } from './machine.ts'

/** Two pieces of a session. */
const size = 11 * 1024 * 1024

export async function fileVictims({ sandbox, newWorld }: Machine): Promise<Victims> {
  const world = newWorld('file')
  await link(world)
  const settings = join(world.dir, 'settings')
  const here = (name: string) => join(world.dir, 'files', name)
  const content = Buffer.alloc(size, 'what is in a file\n')
  let number = 0
  const name = () => `file ${number}`

  /** The same command again. @throws Error unless it ends with one of these codes. */
  const again = async (args: string[], ...codes: number[]): Promise<Outcome> => {
    const outcome = await world.run(args)
    if (codes.includes(outcome.code ?? -1)) return outcome
    throw new Error(`the same command ends with ${outcome.code}: ${outcome.stdout}${outcome.stderr}`)
  }
  const namesIn = (folder: string) => (existsSync(folder) ? readdirSync(folder) : [])
  const uploads = join(settings, 'uploads')
  const sessions = () => namesIn(uploads)
  /** A record that is not written yet has no URL. */
  const isSessionKnown = () => sessions().some((one) => readFileSync(join(uploads, one), 'utf8') !== '')
  const isInDrive = async () => {
    const { children }: { children: { name: string; size: number }[] } = await sandbox.control('GET', 'drive')
    const ours = children.filter((item) => item.name.startsWith(name()))
    if (ours.length > 1 || ours.some((item) => item.name !== name() || item.size !== content.length))
      throw new Error(`the drive has ${JSON.stringify(ours)}`)
    return ours.length === 1
  }

  const upload = () => ['upload', here('to upload'), `/${name()}`]
  const download = () => ['download', '/to download', here(name())]
  const parts = () => namesIn(here('')).filter((one) => one.startsWith(name()))
  const { webUrl } = await sandbox.control('POST', 'link', {
    ...{ in: 'charles@contoso.example', path: '/Shared by link', type: 'edit' },
  })
  const add = () => ['drive', 'add', `d${number}`, webUrl]
  const remove = () => ['drive', 'remove', `d${number}`]
  const isSaved = async () =>
    (JSON.parse(await works(world, 'drive', 'list', '--json')) as { name: string }[]).some(
      (drive) => drive.name === `d${number}`,
    )
  const drafts = () => namesIn(settings).filter((one) => one.startsWith('accounts.json.'))

  const victims: Victim[] = [
    {
      what: 'upload, 11 MB',
      prepare: async () => {
        number += 1
      },
      start: async (options) => world.start(upload(), options),
      sign: { what: 'its saved session', seen: async () => sessions().length > 0 },
      left: async () => {
        const isThere = await isInDrive()
        const wasSaved = isSessionKnown()
        // The answer with the session's URL came to nobody, and on a work drive it holds the name.
        const isHeld = !isThere && !wasSaved
        // Killed before it could forget a session that had ended, so that the next run looks for the file.
        const isTaken = isThere && !wasSaved
        const { stderr } = await again(upload(), isTaken || isHeld ? 3 : 0, isHeld ? 0 : 3)
        if (isHeld && stderr !== '' && !/currently being uploaded/.test(stderr)) throw new Error(stderr)
        if (!isHeld && !(await isInDrive())) throw new Error('the same command did not complete it')
        if (sessions().length > 0) throw new Error('a session stays')
        return isThere ? 'new' : 'earlier'
      },
    },
    {
      what: 'download, 11 MB',
      prepare: async () => {
        number += 1
      },
      start: async (options) => world.start(download(), options),
      sign: { what: 'its partial file', seen: async () => parts().length > 0 },
      left: async () => {
        const isWhole = () => readFileSync(here(name())).equals(content)
        const isThere = existsSync(here(name()))
        if (isThere && !isWhole()) throw new Error('half a file has its name')
        await again(download(), isThere ? 3 : 0)
        if (!isWhole()) throw new Error('the same command did not complete it')
        if (parts().length > 1) throw new Error(`beside it there is ${parts()}`)
        rmSync(here(name()))
        return isThere ? 'new' : 'earlier'
      },
    },
    ...[true, false].map(
      (isAdd): Victim => ({
        what: `drive ${isAdd ? 'add' : 'remove'}`,
        prepare: async () => {
          number += 1
          if (!isAdd) await works(world, ...add())
        },
        start: async (options) => world.start(isAdd ? add() : remove(), options),
        sign: { what: 'a draft of the list of accounts', seen: async () => drafts().length > 0 },
        left: async (): Promise<Left> => {
          const isDone = (await isSaved()) === isAdd
          await again(isAdd ? add() : remove(), isDone ? (isAdd ? 3 : 2) : 0)
          if ((await isSaved()) !== isAdd) throw new Error('the same command did not complete it')
          await works(world, 'token')
          return isDone ? 'new' : 'earlier'
        },
      }),
    ),
  ]
  mkdirSync(here(''))
  writeFileSync(here('to upload'), content)
  await works(world, 'upload', here('to upload'), '/to download')
  return {
    victims,
    areShort: true,
    end: async () => {
      await works(world, 'logout', '--all')
      if (drafts().length + sessions().length > 0) throw new Error('after logout --all, something is left')
      world.remove()
    },
  }
}
