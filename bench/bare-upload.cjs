// What a bare Node process needs to send a file in the pieces of an upload session: the measure for `od-link upload`.
const fs = require('node:fs')
const http = require('node:http')
const { ORIGIN, TOKEN, FILE, NAME } = process.env
const pieceSize = 10 * 1024 * 1024
const { size } = fs.statSync(FILE)
const agent = new http.Agent({ keepAlive: true })

function ask(method, url, headers, send, answered) {
  const request = http.request(url, { method, agent, headers }, (response) => {
    const chunks = []
    response.on('data', (chunk) => chunks.push(chunk))
    response.on('end', () => {
      if (response.statusCode >= 300) throw new Error(`answered with ${response.statusCode}`)
      answered(JSON.parse(Buffer.concat(chunks).toString()))
    })
  })
  send(request)
}

function sendPieces(url, first) {
  const end = Math.min(first + pieceSize, size)
  const headers = { 'content-length': end - first, 'content-range': `bytes ${first}-${end - 1}/${size}` }
  const send = (request) => fs.createReadStream(FILE, { start: first, end: end - 1 }).pipe(request)
  ask('PUT', url, headers, send, (answer) => {
    if (end < size) return sendPieces(url, end)
    console.log(answer.name)
    process.exit(0)
  })
}

const body = JSON.stringify({ item: { '@microsoft.graph.conflictBehavior': 'replace' } })
ask(
  'POST',
  `${ORIGIN}/v1.0/me/drive/root:/${NAME}:/createUploadSession`,
  {
    authorization: `Bearer ${TOKEN}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  },
  (request) => request.end(body),
  ({ uploadUrl }) => sendPieces(uploadUrl, 0),
)
