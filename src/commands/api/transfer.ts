import type { Arguments } from '../../cli/command.ts'
import { type Address, pathOf } from '../../graph/api/address.ts'
import type { ApiRequest } from '../../graph/api/call.ts'
import { download as fetchInto } from '../../graph/transfer/download.ts'
import { fileAddress } from '../../graph/transfer/file-address.ts'
import {
  openPart,
  openSpecial,
  passOn,
  refuseDevice,
  type Target,
} from '../../graph/transfer/partial-file.ts'
import { withSavedSession } from '../../graph/transfer/saved-session.ts'
import { startUpload, uploadConflicts } from '../../graph/transfer/upload.ts'
import { openSource } from '../../graph/transfer/upload-source.ts'
import { endBySignal } from '../../system/end-by-signal.ts'
import { clearProgress, say } from '../../terminal/index.ts'
import { onInterrupt } from '../../terminal/interrupt.ts'
import { textOf } from '../shared/arguments.ts'
import { resumable, resumes } from '../shared/resumable.ts'
import { startTransferProgress } from '../shared/transfer-progress.ts'
import { type Context, linkOf } from './context.ts'
import { type Output, openOutput } from './output.ts'

type Options = Arguments['options']

/** `od-link api --output FILE <path>`: a file that is complete at the end, or unchanged. */
export async function download(
  request: ApiRequest,
  options: Options,
  { account, graph, maxWaitMs }: Context,
  output: Output,
): Promise<void> {
  const link = await linkOf(account)
  const { version } = request.address
  const content = `${account.id} ${version}${pathOf(request.address)}`
  const target = targetOf(textOf(options, 'output') ?? '-', content, output)
  const progress = startTransferProgress({ isSilent: Boolean(options.json || options.silent) })
  const release = onInterrupt((signal) => {
    clearProgress()
    if (target.isKept && !options.json) say(resumes(target))
    endBySignal(signal)
  })
  try {
    await fetchInto(request, target, {
      openGraph: graph,
      ...{ ...link, maxWaitMs, takers: output, onProgress: progress.show },
    })
  } catch (error) {
    clearProgress()
    throw resumable(error, target)
  }
  release()
  progress.finish()
}

function targetOf(file: string, content: string, output: Output): Target {
  const toFile = { flags: { output: 'FILE' } }
  if (file === '-') return passOn(output.write, toFile)
  refuseDevice(file)
  return openSpecial(file, toFile) ?? openPart(file, content)
}

/** `od-link api --upload FILE <path>`: prints the item as Graph describes it. */
export async function upload(
  address: Address,
  options: Options,
  { account, graph, maxWaitMs }: Context,
): Promise<void> {
  const local = textOf(options, 'upload') ?? '-'
  const file = fileAddress(address, local)
  const onConflict = uploadConflicts.find((choice) => choice === options['on-conflict']) ?? 'fail'
  const link = await linkOf(account)
  const source = await openSource(local)
  const progress = startTransferProgress({ isSilent: Boolean(options.json || options.silent) })
  const item = await withSavedSession(account, file, source, (saved) => {
    const { finished, cancel } = startUpload(file, source, {
      openGraph: graph,
      ...{ ...link, onConflict, maxWaitMs, saved, onProgress: progress.show },
    })
    const release = onInterrupt(async (signal) => {
      clearProgress()
      await cancel()
      endBySignal(signal)
    })
    return finished.finally(() => {
      clearProgress()
      release()
    })
  })
  source.close()
  progress.finish()
  const output = openOutput(options)
  await output.write(Buffer.from(`${JSON.stringify(item)}\n`))
  await output.finish()
}
