// What a bare Node process needs to send rounds of batches that were computed before: the measure for
// `od-link mkdir --from-file`. A round begins when all batches of the one before have been answered.
const { readFileSync } = require('node:fs')
const http = require('node:http')
const { ORIGIN, TOKEN, SCHEDULE } = process.env
const rounds = JSON.parse(readFileSync(SCHEDULE, 'utf8'))
const agent = new http.Agent({ keepAlive: true })
let running = 0

function send(requests) {
  running += 1
  const body = JSON.stringify({ requests })
  const headers = {
    authorization: `Bearer ${TOKEN}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  }
  const request = http.request(`${ORIGIN}/v1.0/$batch`, { method: 'POST', agent, headers }, (response) => {
    const chunks = []
    response.on('data', (chunk) => chunks.push(chunk))
    response.on('end', () => {
      const { responses } = JSON.parse(Buffer.concat(chunks).toString())
      for (const { status, body } of responses) {
        if (status >= 300) throw new Error(`answered with ${status}`)
        if (status === 201) process.stdout.write(`${body.name}\n`)
      }
      running -= 1
      if (running === 0) go()
    })
  })
  request.end(body)
}

function go() {
  const round = rounds.shift()
  if (!round) process.exit(0)
  for (const requests of round) send(requests)
}

go()
