/** Raw JSON that `JSON.stringify` cannot write, such as 1e999 or 100,000 nested arrays. */
export class JsonText {
  constructor(readonly text: string) {}
}

/** JSON that contains such raw parts. */
export function write(value: unknown): string {
  const texts: string[] = []
  const json = JSON.stringify(value, (_, one) => {
    if (!(one instanceof JsonText)) return one
    texts.push(one.text)
    return `<json text ${texts.length - 1}>`
  })
  return json.replace(/"<json text (\d+)>"/g, (_, at) => texts[Number(at)] ?? '')
}

/** Nested arrays. */
export const nested = (depth: number) => new JsonText('['.repeat(depth) + ']'.repeat(depth))
