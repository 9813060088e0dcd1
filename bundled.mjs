// What of other people's ships with od-link: the packages whose code is in dist, their licences, and the bill of
// materials, which names those that npm installs beside it as well.
import { readdir, readFile } from 'node:fs/promises'

/**
 * The packages whose code went into built files, by what the bundler says that it took: they are development
 * dependencies, so no list that npm makes holds them.
 * @param modules paths of modules.
 * @returns `{ path, name, version, license, text }` each, in the order of their paths; `text` is its licence.
 */
export function bundledPackages(modules) {
  const paths = modules.map((file) => /node_modules\/(?:.*node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(file)?.[0])
  return Promise.all([...new Set(paths.filter(Boolean))].sort().map(readPackage))
}

/** Brings no licence text; the one of the other package is by the same author, out of the same repository. */
const lenders = { 'node_modules/proxy-agent-negotiate': 'node_modules/https-proxy-agent' }

async function readPackage(path) {
  const { name, version, license } = JSON.parse(await readFile(`${path}/package.json`, 'utf8'))
  const lender = lenders[path] ?? path
  const file = (await readdir(lender)).find((entry) => /^licen[sc]e/i.test(entry))
  if (!file) throw new Error(`${name} brings no licence text, which has to travel with its code`)
  return { path, name, version, license, text: (await readFile(`${lender}/${file}`, 'utf8')).trim() }
}

/** The licences of the bundled packages as one text: each asks to travel with its code. */
export function licensesOf(packages) {
  const texts = packages.map(
    ({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`,
  )
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}

/**
 * The bill of materials, as CycloneDX (https://cyclonedx.org/docs/1.5/json/). `npm sbom` would leave out what is bundled,
 * and adds a random number and the time; this one is the same for the same source.
 */
export async function billOfMaterials(packages) {
  const { packages: locked } = JSON.parse(await readFile('package-lock.json', 'utf8'))
  const { '': own, ...others } = locked
  const beside = Object.keys(others).filter((path) => !others[path].dev)
  const components = [
    ...packages.map(({ path }) => component(path, others[path], 'bundled into dist')),
    ...beside.map((path) => component(path, others[path], 'installed beside it')),
  ]
  const { version } = JSON.parse(await readFile('package.json', 'utf8'))
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: { type: 'application', ...named('od-link', version, own.license) } },
    components: components.sort((one, other) => (one.purl < other.purl ? -1 : 1)),
  }
  return `${JSON.stringify(bill, null, 2)}\n`
}

function component(path, { version, license, integrity, optional }, delivery) {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
  const [algorithm, hash] = integrity.split('-')
  return {
    type: 'library',
    ...named(name, version, license),
    scope: optional ? 'optional' : 'required',
    hashes: [{ alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(hash, 'base64').toString('hex') }],
    properties: [{ name: 'od-link:delivery', value: delivery }],
  }
}

function named(name, version, license) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`
  // An SPDX expression is one of several words, and has a place of its own.
  const licenses = /\s/.test(license) ? [{ expression: license }] : [{ license: { id: license } }]
  return { 'bom-ref': purl, name, version, purl, licenses }
}
