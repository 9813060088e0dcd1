/**
 * Text on one line, without what could move the cursor, hide text or turn its direction (control characters, line
 * breaks among them, and Unicode's bidirectional controls): much of what od-link shows came from a server.
 */
export function sanitize(text: string): string {
  return text.replace(/[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '')
}
