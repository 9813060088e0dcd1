// Checks whether this commit can be released, and releases it on request.
//   npm run release                only checks
//   npm run release -- --tag       then tags the commit; pushing the tag starts .github/workflows/release.yml
//   npm run release -- --publish   what that workflow runs: publishes the package, with its provenance
//   --tested    skips the tests, which have passed already
//   --offline   skips the questions to the registry
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
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

/** Each check returns what is fine, or throws what is not. All of these run, so that everything missing is reported at once. */
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

/**
 * The package's home: npm shows it, and its provenance names it.
 * https://docs.npmjs.com/trusted-publishers, https://docs.npmjs.com/generating-provenance-statements
 */
function home() {
  const { repository } = manifest
  const url = repository?.url ?? repository
  if (typeof url === 'string' && /^(git\+)?https:/.test(url)) return url
  throw new Error('package.json has no "repository" with the public address that the package is built from')
}

/** These take minutes, so they run only for a commit that passes the checks above. */
const ofThePackage = [
  function tests() {
    if (flags.has('--tested')) return 'skipped (--tested)'
    run('npm', ['test'])
    return 'pass'
  },
  function registry() {
    if (flags.has('--offline')) return 'skipped (--offline)'
    const answers = audit()
    const bad = answers.filter(({ ok }) => ok === false)
    if (bad.length > 0) throw new Error(bad.map(({ what, answer }) => `${what}:\n${answer}`).join('\n'))
    return answers.map(({ what, ok }) => `${what}: ${ok ? 'fine' : 'no answer'}`).join('; ')
  },
  async function bytes() {
    const [one, other] = await packTwice(folder)
    if (one.sha256 !== other.sha256) throw new Error('two builds of the same source differ')
    tarball = one.tarball
    return `identical in two builds: sha256 ${one.sha256}`
  },
  async function form() {
    const { buffer } = new Uint8Array(readFileSync(tarball))
    const { messages } = await publint({ pack: { tarball: buffer }, strict: true })
    if (messages.length > 0) throw new Error(messages.map((one) => formatMessage(one, manifest)).join('\n'))
    return 'publint reports nothing'
  },
  function content() {
    const { components } = JSON.parse(run('tar', ['-xOzf', tarball, 'package/dist/sbom.cdx.json']))
    return `${sizeInWords(packedFiles(dirname(tarball)))}; packages in its bill of materials: ${components.length}`
  },
]

try {
  let isFit = true
  for (const check of ofTheCommit) isFit = (await report(check)) && isFit
  await report(home)
  for (const check of ofThePackage) isFit &&= await report(check)
  if (process.exitCode) console.log('Not released.')
  else if (publishes) console.log(run('npm', ['publish', tarball, '--provenance', '--access', 'public']))
  else if (flags.has('--tag')) {
    git('tag', '--annotate', tag, '--message', `od-link ${manifest.version}`)
    console.log(`Tagged. Next: git push origin ${tag}`)
  } else console.log(`Ready. Nothing was changed; next: npm run release -- --tag`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Runs a check and prints its result. @returns whether it passed. */
async function report(check) {
  try {
    console.log(`✓ ${check.name}: ${await check()}`)
    return true
  } catch (error) {
    console.log(`✗ ${check.name}: ${error.message.replaceAll('\n', '\n    ')}`)
    process.exitCode = 1
    return false
  }
}
