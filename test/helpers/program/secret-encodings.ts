/**
 * The encodings in which a secret may appear in text: plain, in a URL, in a form, in JSON, or a part of it.
 */
export function disguisesOf(secret: string): string[] {
  const middle = secret.length > 60 ? [secret.slice(-50, -10)] : []
  const quoted = JSON.stringify(secret).slice(1, -1)
  const inForm = new URLSearchParams({ x: secret }).toString().slice(2)
  const base64 = Buffer.from(secret).toString('base64').slice(0, -4)
  return [...new Set([secret, encodeURIComponent(secret), inForm, quoted, base64, ...middle])]
}
