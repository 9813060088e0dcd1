import type { Arguments } from '../../cli/command.ts'
import { clearProgress, isSeen, progress, say, styled } from '../../terminal/index.ts'
import { byteSize, shortDuration } from '../../text/format.ts'

/** How far a file is on its way, for a person at a terminal. */
export interface TransferProgress {
  /** @param total undefined while nobody knows it; both in bytes. */
  show: (done: number, total: number | undefined) => void
  finish: () => void
}

const everyMs = 100

/** The talk of a transfer, for a person at a terminal who did not ask for silence. */
export function startTransferProgress({ json, silent }: Arguments['options']): TransferProgress {
  const began = performance.now()
  const isHeard = isSeen() && !json && !silent
  let beganAt: number | undefined
  let shownAt = began
  let bytes = 0
  return {
    show(done, total) {
      // A part of an earlier run was not carried by this one.
      beganAt ??= done
      bytes = done
      const now = performance.now()
      if (!isHeard || now - shownAt < everyMs) return
      shownAt = now
      const perSecond = (done - beganAt) / ((now - began) / 1000)
      const left = total !== undefined && perSecond > 0 && shortDuration((total - done) / perSecond)
      const whole = total === undefined ? byteSize(done) : `${byteSize(done)} of ${byteSize(total)}`
      progress([whole, `${byteSize(perSecond)}/s`, left && `${left} left`].filter(Boolean).join(' · '))
    },
    finish() {
      clearProgress()
      if (!isHeard) return
      say(styled('green', '✓'), ` ${byteSize(bytes)} in ${shortDuration((performance.now() - began) / 1000)}`)
    },
  }
}
