import { win32 } from 'node:path'

/**
 * Whether a path means a device on Windows, in whatever folder and with whatever extension: `NUL`, `logs\\con.txt`.
 * https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file#naming-conventions
 */
export function isDeviceName(path: string, platform: NodeJS.Platform = process.platform): boolean {
  if (platform !== 'win32') return false
  const name = win32.basename(path.replace(/[ .:]+$/, ''))
  return /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d\u00b9\u00b2\u00b3]) *([.:].*)?$/i.test(name)
}
