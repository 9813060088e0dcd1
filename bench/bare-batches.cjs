// What a bare Node process needs to send a schedule of batches that was computed before: the measure for
// `od-link mkdir --from-file`.
const { readFileSync } = require('node:fs')
const http = require('node:http')
const { ORIGIN, TOKEN, SCHEDULE, AT_ONCE } = process.env
const schedule = JSON.parse(readFileSync(SCHEDULE, 'utf8'))
const agent = new http.Agent({ keepAlive: true })
const answered = schedule.map(() => false)
let next = 0
let running = 0

function send(index) {
  const body = JSON.stringify({ requests: schedule[index].requests })
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
      answered[index] = true
      running -= 1
      if (answered.every(Boolean)) process.exit(0)
      go()
    })
  })
  request.end(body)
}

function go() {
  while (
    next < schedule.length &&
    running < Number(AT_ONCE) &&
    schedule[next].after.every((at) => answered[at])
  ) {
    running += 1
    send(next)
    next += 1
  }
}

go()
