/*
 * Microsoft's JavaScript client for Graph at work, as its README shows it: it knows nothing of the sandbox. Arguments: the
 * client id, and who signs in. It prints what it saw, as JSON.
 */

import {
  BatchRequestContent,
  BatchResponseContent,
  Client,
  FileUpload,
  OneDriveLargeFileUploadTask,
  PageIterator,
} from '@microsoft/microsoft-graph-client'

const [, , clientId, username] = process.argv
const authority = 'https://login.microsoftonline.com/common/oauth2/v2.0'

async function signIn() {
  const asked = {
    client_id: clientId,
    redirect_uri: 'http://localhost',
    scope: 'User.Read Files.ReadWrite.All',
  }
  const query = new URLSearchParams({ ...asked, response_type: 'code', login_hint: username })
  const answer = await fetch(`${authority}/authorize?${query}`, { redirect: 'manual' })
  const code = new URL(answer.headers.get('location')).searchParams.get('code')
  const body = new URLSearchParams({ ...asked, grant_type: 'authorization_code', code })
  return (await (await fetch(`${authority}/token`, { method: 'POST', body })).json()).access_token
}

const token = await signIn()
const client = Client.init({ authProvider: (done) => done(null, token) })
const told = {}

// A batch, as large as allowed and larger.
const newFolder = (number) => {
  const request = new Request('https://graph.microsoft.com/v1.0', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      name: `folder ${number}`,
      folder: {},
      '@microsoft.graph.conflictBehavior': 'fail',
    }),
  })
  // In a browser a Request may have a relative URL, as a batch wants it. Node's cannot, and the client keeps the version.
  return Object.defineProperty(request, 'url', { value: '/me/drive/root:/many:/children' })
}
const steps = (from, to) =>
  Array.from({ length: to - from }, (_, index) => ({
    id: String(from + index),
    request: newFolder(from + index),
  }))

await client.api('/me/drive/root/children').post({ name: 'many', folder: {} })
try {
  new BatchRequestContent(steps(0, 26))
} catch (error) {
  told.ofItself = error.message
}
const requests = steps(0, 26).map(({ id }) => ({ id, method: 'GET', url: '/me/drive' }))
told.refused = await client
  .api('/$batch')
  .post({ requests })
  .catch(({ statusCode }) => statusCode)
told.created = []
for (const [from, to] of [
  [0, 20],
  [20, 26],
]) {
  const content = await new BatchRequestContent(steps(from, to)).getContent()
  const answers = new BatchResponseContent(await client.api('/$batch').post(content))
  for (const [, response] of answers.getResponsesIterator()) told.created.push(response.status)
}

// Pages.
told.pages = 0
const seen = new Set()
let page = await client.api('/me/drive/root:/many:/children').top(10).select('id,name').get()
const iterator = new PageIterator(client, page, ({ name }) => seen.add(name) !== undefined)
await iterator.iterate()
told.seen = seen.size
for (; page; page = page['@odata.nextLink'] && (await client.api(page['@odata.nextLink']).get())) told.pages++

// A large file in ranges, and back as a stream.
const content = Buffer.alloc(7_000_000, 'large')
const upload = await OneDriveLargeFileUploadTask.createTaskWithFileObject(
  client,
  new FileUpload(content, 'large file.bin', content.length),
  { path: '/uploads', fileName: 'large file.bin', rangeSize: 320 * 1024 * 4 },
)
told.uploaded = (await upload.upload()).responseBody.size
const stream = await client.api('/me/drive/root:/uploads/large file.bin:/content').getStream()
told.downloaded = 0
for await (const chunk of stream) told.downloaded += chunk.length

// What has changed since.
let delta = await client.api('/me/drive/root/delta').get()
told.all = delta.value.length
await client.api('/me/drive/root:/many/folder 3:').delete()
await client.api('/me/drive/root:/many/folder 4:').patch({ name: 'renamed' })
delta = await client.api(delta['@odata.deltaLink']).get()
told.changed = delta.value.filter(({ name }) => name === 'renamed').length
told.deleted = delta.value.filter(({ deleted }) => deleted).length

// And the rest of what such programs call.
told.filtered = (
  await client.api('/me/drive/root:/many:/children').filter("startswith(name,'folder 1')").get()
).value.length
told.found = (await client.api("/me/drive/root/search(q='large')").get()).value.length
told.error = await client
  .api('/me/drive/root:/nothing')
  .get()
  .catch(({ statusCode, code }) => `${statusCode} ${code}`)
console.log(JSON.stringify(told))
