// Looks whether this commit can be released, and releases it when it is told to.
//   npm run release                only looks
//   npm run release -- --tag       then tags the commit; pushing the tag starts .github/workflows/release.yml
//   npm run release -- --publish   what that workflow runs: publishes the package, with its provenance
//   --tested    without the tests, which have passed already
//   --offline   without the questions to the registry
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { audit } from './audit.mjs'
import { packTwice } from './pack.mjs'
import { root, run } from './run.mjs'
import { packedFiles, sizeInWords } from './size.mjs'

const flags = new Set(process.argv.slice(2))
const publishes = flags.has('--publish')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const tag = `v${manifest.version}`
const git = (...args) => run('git', args).trim()
const folder = mkdtempSync(join(tmpdir(), 'od-link-release-'))
let tarball

/** Each check returns what is good, or throws what is not. All of these are made, so that all is told at once. */
const ofTheCommit = [
  function tree() {
    const changed = git('status', '--porcelain')
    if (changed) throw new Error(`what is not committed would not be released:\n${changed}`)
    return 'everything is committed'
  },
  function place() {
    const tagged = git('tag', '--points-at', 'HEAD').split('\n').includes(tag)
    if (publishes && !tagged) throw new Error(`only a commit with the tag ${tag} is published`)
    if (publishes) return `this is ${tag}`
    if (git('tag', '--list', tag))
      throw new Error(`there is a ${tag} already: raise the version in package.json`)
    const branch = git('rev-parse', '--abbrev-ref', 'HEAD')
    if (branch !== 'main') throw new Error(`releases are made from main, and this is ${branch}`)
    return `on main, and ${tag} is free`
  },
  function changelog() {
    const text = readFileSync(join(root, 'CHANGELOG.md'), 'utf8')
    const heading = text.split('\n').find((line) => line.startsWith(`## ${manifest.version}`))
    if (!heading) throw new Error(`CHANGELOG.md has no heading "## ${manifest.version}"`)
    return heading
  },
]

/** These take their time, and are made when the commit is fit for it. */
const ofThePackage = [
  function tests() {
    if (flags.has('--tested')) return 'have passed before'
    run('npm', ['test'])
    return 'pass'
  },
  function registry() {
    if (flags.has('--offline')) return 'not asked'
    const answers = audit()
    const bad = answers.filter(({ ok }) => ok === false)
    if (bad.length > 0) throw new Error(bad.map(({ what, answer }) => `${what}:\n${answer}`).join('\n'))
    return answers.map(({ what, ok }) => `${what}: ${ok ? 'fine' : 'no answer'}`).join('; ')
  },
  async function bytes() {
    const [one, other] = await packTwice(folder)
    if (one.sha256 !== other.sha256) throw new Error('two builds of the same source differ')
    tarball = one.tarball
    return `the same from two builds: sha256 ${one.sha256}`
  },
  async function form() {
    const { buffer } = new Uint8Array(readFileSync(tarball))
    const { messages } = await publint({ pack: { tarball: buffer }, strict: true })
    if (messages.length > 0) throw new Error(messages.map((one) => formatMessage(one, manifest)).join('\n'))
    return 'publint has nothing to say'
  },
  function content() {
    const { components } = JSON.parse(run('tar', ['-xOzf', tarball, 'package/dist/sbom.cdx.json']))
    return `${sizeInWords(packedFiles())}; packages in its bill of materials: ${components.length}`
  },
]

try {
  for (const check of ofTheCommit) await tell(check)
  for (const check of ofThePackage) if (!process.exitCode) await tell(check)
  if (process.exitCode) console.log('Not released.')
  else if (publishes) console.log(run('npm', ['publish', tarball, '--provenance', '--access', 'public']))
  else if (flags.has('--tag')) {
    git('tag', '--annotate', tag, '--message', `od-link ${manifest.version}`)
    console.log(`Tagged. Next: git push origin ${tag}`)
  } else console.log(`Ready. Nothing was changed; next: npm run release -- --tag`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Makes a check, and tells what it found. */
async function tell(check) {
  try {
    console.log(`✓ ${check.name}: ${await check()}`)
  } catch (error) {
    console.log(`✗ ${check.name}: ${error.message.replaceAll('\n', '\n    ')}`)
    process.exitCode = 1
  }
}
