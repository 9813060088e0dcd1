import { monotonicMs } from '../../system/clock.ts'
import { clearProgress, isSeen, progress, say, styled } from '../../terminal/index.ts'
import { byteSize, shortDuration } from '../../text/format.ts'

/** The progress of a transfer, for a person at a terminal. */
export interface TransferProgress {
  /** Both in bytes. @param total undefined while it is not known. */
  show: (done: number, total: number | undefined) => void
  /** One more of several files is done. */
  fileDone: () => void
  /** It has worked. */
  finish: () => void
}

const everyMs = 100

/**
 * Shows the progress of a transfer to a person at a terminal, unless they asked for silence.
 * @param files how many are transferred.
 */
export function startTransferProgress({
  isSilent,
  files = 1,
}: {
  isSilent: boolean
  files?: number
}): TransferProgress {
  const began = monotonicMs()
  const isShown = isSeen() && !isSilent
  let beganAt: number | undefined
  let shownAt = began
  let bytes = 0
  let filesDone = 0
  return {
    show(done, total) {
      // The bytes of an earlier run were not transferred by this one.
      beganAt ??= done
      bytes = done
      const now = monotonicMs()
      if (!isShown || now - shownAt < everyMs) return
      shownAt = now
      const perSecond = (done - beganAt) / ((now - began) / 1000)
      const left =
        total !== undefined && perSecond > 0 && shortDuration(Math.max(0, total - done) / perSecond)
      const whole = total === undefined ? byteSize(done) : `${byteSize(done)} of ${byteSize(total)}`
      const count = files > 1 && `${filesDone}/${files} files`
      progress([count, whole, `${byteSize(perSecond)}/s`, left && `${left} left`].filter(Boolean).join(' · '))
    },
    fileDone() {
      filesDone += 1
    },
    finish() {
      clearProgress()
      if (!isShown) return
      const what = files > 1 ? `${filesDone} files, ${byteSize(bytes)}` : byteSize(bytes)
      say(styled('green', '✓'), ` ${what} in ${shortDuration((monotonicMs() - began) / 1000)}`)
    },
  }
}
