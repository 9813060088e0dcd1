// What a bare Node process needs to save the bytes of a file: the measure for `od-link download`. It also waits until they
// are on the disk, which od-link does before the file gets its name; FLUSH=0 leaves that out.
const fs = require('node:fs')
const http = require('node:http')
const { pipeline } = require('node:stream')
const { ORIGIN, TOKEN, FILE, NAME, FLUSH } = process.env
const agent = new http.Agent({ keepAlive: true })
const headers = { authorization: `Bearer ${TOKEN}` }

http.get(`${ORIGIN}/v1.0/me/drive/root:/${NAME}:/content`, { agent, headers }, (redirect) => {
  redirect.resume()
  redirect.on('end', () => {
    http.get(redirect.headers.location, { agent }, (response) => {
      if (response.statusCode !== 200) throw new Error(`answered with ${response.statusCode}`)
      pipeline(response, fs.createWriteStream(FILE, { flush: FLUSH !== '0' }), (error) => {
        if (error) throw error
        console.log(FILE)
        process.exit(0)
      })
    })
  })
})
