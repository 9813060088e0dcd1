import { endBySignal } from '../../system/end-by-signal.ts'
import { caughtUp, print } from '../../terminal/index.ts'
import { onInterrupt } from '../../terminal/interrupt.ts'
import { sanitizeJson } from '../../text/sanitize.ts'

/** Items are written together up to about so many characters. */
const mostAtOnce = 64 * 1024

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
  let hasItems = false
  let text = ''
  const open = () => {
    if (inOneArray && !isOpen) text += '['
    isOpen = true
  }
  const close = () => {
    if (inOneArray && isOpen) print(']')
  }
  /** @returns false when there is no reader any more. */
  const write = () => {
    process.stdout.write(text)
    text = ''
    return caughtUp()
  }
  try {
    for await (const items of pages) {
      open()
      for (const item of items) {
        text += `${inOneArray && hasItems ? ',' : ''}${sanitizeJson(item)}\n`
        hasItems = true
        if (text.length >= mostAtOnce && !(await write())) return
      }
      if (!(await write())) return
    }
  } finally {
    close()
    release()
  }
}
