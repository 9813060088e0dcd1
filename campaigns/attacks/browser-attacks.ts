import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { RawAnswer } from '../../test/helpers/network/raw-http.ts'
import { type Attack, type Known, mark } from './attack.ts'
import type { Scene } from './scene.ts'

/** An attacker's name that resolves to loopback, as after DNS rebinding. */
const rebound = 'rebound.example'

/** Debian's Chromium, without a display. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', `--host-resolver-rules=MAP ${rebound} 127.0.0.1`],
  })
}

const guesses = [
  `code=${mark}`,
  `code=${mark}&state=${mark}`,
  'error=access_denied',
  `code=${mark}&state=`,
  '',
]

/** What the attacking page does, as a script; `there` is the callback URL. */
const pages: [string, string][] = [
  [
    'a page that embeds the callback in frames',
    `const frames = guesses.map((fields) => {
      const frame = document.createElement('iframe')
      frame.src = there + '?' + fields
      frame.onload = () => {
        try { if (frame.contentDocument.body.textContent) learn('a frame') } catch {}
      }
      document.body.append(frame)
      return new Promise((resolve) => frame.addEventListener('load', resolve))
    })
    await Promise.all(frames)`,
  ],
  [
    'a page that fetches it, and loads it as pictures, scripts and styles',
    `await Promise.allSettled(guesses.flatMap((fields) => [
      fetch(there + '?' + fields).then((answer) => learn(answer.status)),
      fetch(there + '?' + fields, { mode: 'no-cors' }).then((answer) => answer.status && learn(answer.status)),
      ...['img', 'script', 'link'].map((name) => new Promise((resolve) => {
        const element = document.createElement(name)
        element.onload = () => resolve(learn(name))
        element.onerror = resolve
        Object.assign(element, { src: there + '?' + fields, href: there + '?' + fields, rel: 'stylesheet' })
        document.body.append(element)
      })),
    ]))`,
  ],
  [
    'a page that sends it forms and beacons',
    `document.body.insertAdjacentHTML('beforeend', '<iframe name="sink"></iframe>')
    for (const fields of guesses) {
      navigator.sendBeacon(there, new URLSearchParams(fields))
      const form = Object.assign(document.createElement('form'), { method: 'post', action: there, target: 'sink' })
      for (const [name, value] of new URLSearchParams(fields)) {
        form.append(Object.assign(document.createElement('input'), { name, value }))
      }
      document.body.append(form)
      form.submit()
      await fetch(there, { method: 'POST', mode: 'no-cors', body: new URLSearchParams(fields), credentials: 'include' })
        .then((answer) => answer.status && learn(answer.status), () => {})
    }`,
  ],
  [
    'a page whose requests the browser asks leave for first',
    `await Promise.allSettled(['PUT', 'DELETE', 'POST', 'GET'].map((method) => fetch(there + '?' + guesses[1], {
      method,
      headers: { 'content-type': 'application/json', 'x-mark': '${mark}', authorization: 'Bearer ${mark}' },
      ...(method === 'GET' ? {} : { body: '{}' }),
    }).then((answer) => learn(answer.status))))`,
  ],
  [
    'a page that opens it in a window and looks inside',
    `const opened = guesses.map((fields) => window.open(there + '?' + fields))
    await new Promise((resolve) => setTimeout(resolve, 300))
    for (const one of opened) {
      try { if (one.document.body.textContent) learn('a window') } catch {}
    }`,
  ],
]

const group = 'a hostile page in a real browser'

export const browserAttacks: Attack[] = [
  ...pages.map(
    ([name, script]): Attack => ({
      group,
      name,
      needs: ['chromium'],
      act: (scene) => visit(scene, 'localhost', callback(scene.login.known), script),
    }),
  ),
  {
    group,
    name: 'a page under a name that resolves to loopback, which requests the callback there',
    needs: ['chromium'],
    act: (scene) => visit(scene, rebound, callback(scene.login.known, rebound), pages[1]?.[1] ?? ''),
  },
  {
    group,
    name: 'the genuine answer, under a name that resolves to loopback',
    needs: ['chromium'],
    act: (scene) =>
      withPage(scene, async (page) => {
        await page.goto(`${callback(scene.login.known, rebound)}?${scene.login.known.truth}`)
      }),
  },
]

function callback({ host, path, port }: Known, name?: string): string {
  return `http://${name ? `${name}:${port}` : host}${path}`
}

/** Opens an attacker's page under that name and waits for its script. */
async function visit(scene: Scene, name: string, there: string, script: string): Promise<RawAnswer[]> {
  const html = `<!doctype html><html lang="en"><title>A prize</title><body><script type="module">
const [there, guesses] = ${JSON.stringify([there, guesses])}
window.learned = []
const learn = (what) => window.learned.push(what)
${script}
window.done = true
</script></body></html>`
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(html)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await withPage(scene, async (page) => {
      await page.goto(`http://${name}:${(server.address() as AddressInfo).port}/`)
      await page.waitForFunction('window.done', undefined, { timeout: 10_000 })
      const learned = await page.evaluate('window.learned')
      if (String(learned) !== '') throw new Error(`the page learned ${learned}`)
    })
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

/** Every answer that the browser got from the login, with its whole content. */
async function withPage(scene: Scene, act: (page: Page) => Promise<void>): Promise<RawAnswer[]> {
  const context = await (await scene.chromium()).newContext()
  const coming: Promise<RawAnswer>[] = []
  context.on('response', (response) => {
    if (Number(new URL(response.url()).port) !== scene.login.known.port) return
    const body = response.text().catch(() => '')
    const told = async () => ({ headers: await response.allHeaders(), body: await body })
    coming.push(
      told()
        .catch(() => ({ headers: {}, body: '' }))
        .then(({ headers, body: text }) => ({
          status: response.status(),
          headers,
          body: text,
          text: JSON.stringify(headers) + text,
        })),
    )
  })
  try {
    await act(await context.newPage())
    const answers = await Promise.all(coming)
    if (answers.some(({ status }) => status < 400)) throw new Error('a hostile page was served')
    return answers
  } finally {
    await context.close()
  }
}
