import { findAccount } from '../../accounts/index.ts'
import type { Arguments } from '../../cli/command.ts'
import { OdLinkError } from '../../errors.ts'
import { type Address, isWhole, readAddress, withQuery } from '../../graph/api/address.ts'
import { type ApiRequest, call } from '../../graph/api/call.ts'
import { bodyOf, type Field, queryOf, readFields } from '../../graph/api/fields.ts'
import { readHeaders } from '../../graph/api/headers.ts'
import { readPages } from '../../graph/api/pages.ts'
import { openGraph } from '../../graph/request.ts'
import { openSource, type Source } from '../../graph/transfer/upload-source.ts'
import { secondsOf, textOf, textsOf } from '../shared/arguments.ts'
import { printItems } from '../shared/items.ts'
import { ReaderGone } from '../shared/reader-gone.ts'
import { type Context, linkOf } from './context.ts'
import { isBodiless, methodOf } from './method.ts'
import { openOutput } from './output.ts'

type Options = Arguments['options']

/** `od-link api <path>`: checks everything that was typed, then sends one request and prints the response. */
export async function run({ positional: [typed = ''], options }: Arguments): Promise<void> {
  refuseContradictions(options)
  const fields = readFields(textsOf(options, 'raw-field'), textsOf(options, 'field'))
  const headers = readHeaders(textsOf(options, 'header'))
  const maxWaitMs = (secondsOf(options, 'max-wait') ?? 120) * 1000
  const wanted = isWhole(typed) ? undefined : readAddress(typed)
  const method = methodOf(options)
  const account = findAccount(textOf(options, 'account'))
  const graph = () => openGraph(account, maxWaitMs)
  const address = wanted ?? readAddress(typed, (await linkOf(account)).graphOrigin)
  if (options.upload !== undefined) {
    const { upload } = await import('./transfer.ts')
    return upload(address, options, { account, graph, maxWaitMs })
  }
  const { source, ...request } = await requestOf(method, address, headers, fields, options)
  try {
    await send({ ...request, source }, options, { account, graph, maxWaitMs })
  } finally {
    source?.close()
  }
}

async function send(request: ApiRequest, options: Options, context: Context): Promise<void> {
  const { account, graph } = context
  if (options.paginate) {
    const pages = readPages(graph, request.address, request.headers, (await linkOf(account)).graphOrigin)
    return printItems(pages, options.slurp === true)
  }
  const output = openOutput(options)
  try {
    if (options.output === undefined) await call(graph(), request, output)
    else await (await import('./transfer.ts')).download(request, options, context, output)
    await output.finish()
  } catch (error) {
    // As after `… | head -1` of any program, nobody reads an error.
    if (error instanceof ReaderGone) return
    await output.failed()
    throw error
  }
}

function refuseContradictions(options: Options): void {
  if (options.paginate && !['GET', undefined].includes(textOf(options, 'method'))) {
    throw new OdLinkError('usage', '--paginate works with GET only.', {
      reason: 'conflicting-options',
      next: [{ flags: { method: 'GET' } }],
    })
  }
}

/** Fields are the body, or the query if there is another body or none is possible. */
async function requestOf(
  method: string,
  address: Address,
  headers: Record<string, string>,
  fields: Field[],
  options: Options,
): Promise<ApiRequest & { source: Source | undefined }> {
  const input = textOf(options, 'input')
  if (input !== undefined && isBodiless(method)) {
    throw new OdLinkError('usage', `A ${method} has no body, so --input cannot be used with it.`, {
      reason: 'conflicting-options',
      next: [{ flags: { method: 'PUT' } }],
    })
  }
  const isQuery = isBodiless(method) || input !== undefined
  const query = isQuery ? queryOf(fields) : ''
  const body = isQuery || fields.length === 0 ? undefined : bodyOf(fields)
  // A POST or PATCH of Graph takes JSON; a PUT takes the bytes of a file.
  const usual = method === 'PUT' ? 'application/octet-stream' : 'application/json'
  const type = headers['content-type'] ?? usual
  const isJson = /^application\/json\b/i.test(type)
  const source = input === undefined ? undefined : await openSource(input, isJson)
  return {
    method,
    address: withQuery(address, query),
    headers: source ? { ...headers, 'content-type': type } : headers,
    body,
    source,
  }
}
