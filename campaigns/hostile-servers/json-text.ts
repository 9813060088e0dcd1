/** A JSON text as it is: what `JSON.stringify` would not write, such as 1e999 or a nesting of 100,000. */
export class JsonText {
  constructor(readonly text: string) {}
}

/** JSON in which such texts stand as they are. */
export function write(value: unknown): string {
  const texts: string[] = []
  const json = JSON.stringify(value, (_, one) => {
    if (!(one instanceof JsonText)) return one
    texts.push(one.text)
    return `<json text ${texts.length - 1}>`
  })
  return json.replace(/"<json text (\d+)>"/g, (_, at) => texts[Number(at)] ?? '')
}

/** Arrays in arrays. */
export const nested = (depth: number) => new JsonText('['.repeat(depth) + ']'.repeat(depth))
