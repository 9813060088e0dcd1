import { readFile } from 'node:fs/promises'

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
