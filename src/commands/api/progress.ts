import type { Arguments } from '../../cli/command.ts'
import { clearProgress, isSeen, progress, say, styled } from '../../terminal/index.ts'
import { byteSize, shortDuration } from '../../text/format.ts'

/** The progress of a file, for a person at a terminal. */
export interface TransferProgress {
  /** Both in bytes. @param total undefined while it is not known. */
  show: (done: number, total: number | undefined) => void
  finish: () => void
}

const everyMs = 100

/** Shows the progress of a transfer to a person at a terminal, unless they asked for silence. */
export function startTransferProgress({ json, silent }: Arguments['options']): TransferProgress {
  const began = performance.now()
  const isShown = isSeen() && !json && !silent
  let beganAt: number | undefined
  let shownAt = began
  let bytes = 0
  return {
    show(done, total) {
      // The bytes of an earlier run were not transferred by this one.
      beganAt ??= done
      bytes = done
      const now = performance.now()
      if (!isShown || now - shownAt < everyMs) return
      shownAt = now
      const perSecond = (done - beganAt) / ((now - began) / 1000)
      const left = total !== undefined && perSecond > 0 && shortDuration((total - done) / perSecond)
      const whole = total === undefined ? byteSize(done) : `${byteSize(done)} of ${byteSize(total)}`
      progress([whole, `${byteSize(perSecond)}/s`, left && `${left} left`].filter(Boolean).join(' · '))
    },
    finish() {
      clearProgress()
      if (!isShown) return
      say(styled('green', '✓'), ` ${byteSize(bytes)} in ${shortDuration((performance.now() - began) / 1000)}`)
    },
  }
}
