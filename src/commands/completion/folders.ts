import type { Account } from '../../accounts/account.ts'
import { findAccount, readLink } from '../../accounts/index.ts'
import { askNobody } from '../../accounts/stores/limits.ts'
import type { Candidate } from '../../cli/completion/shell.ts'
import { pagesOf } from '../../graph/drive.ts'
import { isFolder, itemOf } from '../../graph/item.ts'
import { foldName, parsePath, showPath } from '../../graph/path.ts'
import { ownPlace } from '../../graph/place.ts'
import type { Graph } from '../../graph/request.ts'
import { sendOnce } from '../../graph/send-once.ts'
import { NetworkError } from '../../http/errors.ts'
import { remember, remembered } from './recent-folders.ts'

/**
 * The folders of the drive whose path begins with what was typed, with the current access token only: Tab never
 * prompts, never blocks, and never renews a link.
 */
export async function foldersBelow(typed: string, wanted: unknown): Promise<Candidate[]> {
  const slash = typed.lastIndexOf('/')
  // `Re` means `/Re`: a path may be typed without its first slash.
  const parent = slash < 0 ? '' : typed.slice(0, slash + 1)
  const start = foldName(typed.slice(slash + 1))
  const account = findAccount(typeof wanted === 'string' ? wanted : undefined)
  const path = showPath(parsePath(parent))
  const names = remembered(account, path) ?? (await ask(account, path))
  return names
    .filter((name) => foldName(name).startsWith(start))
    .map((name) => ({ word: `${typed === '' ? '/' : parent}${name}/` }))
}

/** How long the whole process may take, start-up included, and how much of that is reserved for its end. */
const limitMs = 1_000
const endMs = 100

async function ask(account: Account, path: string): Promise<string[]> {
  const left = () => limitMs - endMs - performance.now()
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), left()))
  const names: string[] = []
  const list = async () => {
    for await (const found of folders(account, path, left)) names.push(...found)
    return true
  }
  // Names that came before the limit are offered, but not remembered: they may not be all.
  if (await Promise.race([list(), late])) {
    // Names that cannot be saved, such as on a read-only mount, are offered anyway.
    await remember(account, path, names).catch(() => {})
  }
  return names
}

async function* folders(account: Account, path: string, left: () => number): AsyncGenerator<string[]> {
  // Only the helper `pass` can be kept from prompting.
  if (account.store.startsWith('helper:') && account.store !== 'helper:pass') return
  askNobody(left())
  const link = await readLink(account)
  if (link.expiresAt < Date.now()) return
  const graph: Graph = {
    async send(request) {
      const answer = await sendOnce({ account, link }, request, { timeoutMs: left(), freshConnection: false })
      if (answer instanceof NetworkError) throw answer
      return answer
    },
    left,
  }
  for await (const { status, json } of pagesOf(graph, ownPlace(parsePath(path)))) {
    if (status !== 200) return
    const items = Array.isArray(json?.value) ? json.value.map(itemOf) : []
    yield items.filter(isFolder).flatMap(({ name }) => name ?? [])
  }
}
