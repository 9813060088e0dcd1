// What a bare Node process needs for the same request: the measure for `od-link mkdir`.
const http = require('node:http')
const { ORIGIN, TOKEN } = process.env
const body = JSON.stringify({
  name: 'bare',
  folder: {},
  '@microsoft.graph.conflictBehavior': 'rename',
})
const request = http.request(
  `${ORIGIN}/v1.0/me/drive/root/children`,
  { method: 'POST', headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' } },
  (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (chunk) => {
      text += chunk
    })
    response.on('end', () => {
      console.log(JSON.parse(text).name)
    })
  },
)
request.end(body)
