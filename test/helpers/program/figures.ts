import { readFileSync, writeFileSync } from 'node:fs'

/**
 * Writes the figures of a command's last run into a page of docs, between the markers for them.
 * @param page such as `docs/security.md`; the working directory is the project's.
 * @param figures a sentence or two.
 */
export function keepFigures(page: string, command: string, figures: string): void {
  const place = new RegExp(`(<!-- figures: ${command} -->).*?(<!-- end -->)`, 's')
  const text = readFileSync(page, 'utf8')
  if (!place.test(text)) throw new Error(`${page} has no place for the figures of ${command}`)
  writeFileSync(
    page,
    text.replace(place, (_, begin, end) => `${begin}${figures.trim()}${end}`),
  )
}
