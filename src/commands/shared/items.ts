import { endBySignal } from '../../system/end-by-signal.ts'
import { caughtUp, print, printJson } from '../../terminal/index.ts'
import { onInterrupt } from '../../terminal/interrupt.ts'

/**
 * Prints the items of all pages as they arrive: JSON Lines, or one array, which is closed whatever happens. When the reader
 * of a pipe has gone, nothing more is requested than the page that was on its way.
 */
export async function printItems(pages: AsyncIterable<unknown[]>, inOneArray: boolean): Promise<void> {
  const release = onInterrupt((signal) => {
    close()
    endBySignal(signal)
  })
  let isOpen = false
  const open = () => {
    if (inOneArray && !isOpen) process.stdout.write('[')
    isOpen = true
  }
  const close = () => {
    if (inOneArray && isOpen) print(']')
  }
  try {
    for await (const items of pages) {
      for (const item of items) {
        if (inOneArray) process.stdout.write(isOpen ? ',' : '')
        open()
        printJson(item)
        if (!(await caughtUp())) return
      }
      open()
    }
  } finally {
    close()
    release()
  }
}
