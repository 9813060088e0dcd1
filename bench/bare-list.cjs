// What a bare Node process needs to read the same pages of a folder: the measure for `od-link ls`.
const http = require('node:http')
const { FIRST, TOKEN } = process.env
const agent = new http.Agent({ keepAlive: true })
const headers = { authorization: `Bearer ${TOKEN}`, prefer: 'Include-Feature=AddToOneDrive' }

function read(url) {
  http.get(url, { agent, headers }, (response) => {
    const chunks = []
    response.on('data', (chunk) => chunks.push(chunk))
    response.on('end', () => {
      const page = JSON.parse(Buffer.concat(chunks).toString())
      for (const { name } of page.value) process.stdout.write(`${name}\n`)
      if (page['@odata.nextLink']) read(page['@odata.nextLink'])
      else process.exit(0)
    })
  })
}

read(FIRST)
