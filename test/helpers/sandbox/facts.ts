import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Json } from './client.ts'

/**
 * What a program learned: the JSON objects that it prints, a line each, as one object.
 * @param noticed is told of each as it comes, for a program that waits for the test.
 * @throws when the program fails, with what it said.
 */
export async function factsOf(
  child: ChildProcess,
  noticed: (fact: Json) => unknown = () => {},
): Promise<Json> {
  if (!child.stdout) throw new Error('no output')
  const facts = {}
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
  for await (const line of createInterface({ input: child.stdout })) {
    const fact = JSON.parse(line)
    Object.assign(facts, fact)
    await noticed(fact)
  }
  const status = await closed
  if (status !== 0) throw new Error(`The program ended with ${status}:\n${JSON.stringify(facts)}\n${stderr}`)
  return facts
}
