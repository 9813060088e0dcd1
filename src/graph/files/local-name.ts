import { OdLinkError } from '../../errors.ts'
import { isDeviceName } from '../../system/device-name.ts'

/** A file's name in bytes on Linux and macOS, in UTF-16 units on Windows. */
const longest = 255

/**
 * Checks the name that a drive gives a file before it becomes one on this machine: whatever it holds, the file ends up in the
 * folder that the person named.
 * @param isTyped whether the person typed the name. A name that only a server chose must not be a hidden file, since many of
 *   those are settings that other programs obey.
 * @throws OdLinkError (usage) that says what to do.
 */
export function checkLocalName(
  name: string | undefined,
  isTyped: boolean,
  platform: NodeJS.Platform = process.platform,
): string {
  const why = name === undefined ? 'it is not a valid name' : refusal(name, isTyped, platform)
  if (name !== undefined && why === undefined) return name
  const shown = name === undefined ? 'The name of the file' : `The name "${name}"`
  throw new OdLinkError('usage', `${shown} cannot be used on this computer: ${why}.`, {
    reason: 'invalid-name',
    next: ['Give it another one: name a file, not a folder, as the last argument.'],
  })
}

function refusal(name: string, isTyped: boolean, platform: NodeJS.Platform): string | undefined {
  if (/^\.{0,2}$|[/\0]/.test(name)) return 'it would lead to another folder'
  if (!isTyped && name.startsWith('.')) return 'it would be a hidden file, and you did not type it'
  const length = platform === 'win32' ? name.length : Buffer.byteLength(name)
  if (length > longest) return `it is longer than ${longest} ${platform === 'win32' ? 'characters' : 'bytes'}`
  if (platform !== 'win32') return undefined
  // https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file#naming-conventions
  const forbidden = /[<>:"\\|?*\x01-\x1f]/.exec(name)
  if (forbidden) return `Windows does not allow "${forbidden[0]}" in a name`
  if (/[ .]$/.test(name)) return 'Windows drops the space or dot at its end'
  return isDeviceName(name, platform) ? 'it is a device on Windows' : undefined
}

/** `report 2.pdf` for `report.pdf`, as OneDrive numbers names. */
export function numbered(name: string, number: number): string {
  const dot = name.lastIndexOf('.')
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  return `${stem} ${number}${extension}`
}
